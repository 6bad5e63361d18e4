import { useSyncExternalStore } from 'react';
import { clock } from '../clock.ts';

export interface Toast {
  readonly id: number;
  readonly tone: 'good' | 'bad' | 'calm';
  readonly text: string;
}

/** What went wrong stays longer: it is longer, and comes unexpected. */
const shownMs = { good: 3_000, calm: 4_000, bad: 8_000 } as const;
const shownMax = 4;

const listeners = new Set<() => void>();
let toasts: readonly Toast[] = [];
let lastId = 0;

/**
 * Says something in passing, above whatever page and dialog is open. Ant Design's own messages come with all of its
 * notifications and dialogs, 30 KB by gzip that every first load would carry.
 */
export const toast = {
  good: (text: string): void => show('good', text),
  bad: (text: string): void => show('bad', text),
  calm: (text: string): void => show('calm', text),
};

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(subscribe, () => toasts);
}

function show(tone: Toast['tone'], text: string): void {
  lastId += 1;
  const id = lastId;
  change([...toasts, { id, tone, text }].slice(-shownMax));
  clock.after(shownMs[tone], () => change(toasts.filter((each) => each.id !== id)));
}

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
