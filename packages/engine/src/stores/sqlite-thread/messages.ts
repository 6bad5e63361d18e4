import type { PackedError } from './packed-error.ts';

/** To the thread: all calls of a turn of the event loop, and those that waited for their turn to be sent. */
export type Calls = readonly Call[];

export interface Call {
  readonly id: number;
  readonly method: string;
  readonly arguments: readonly unknown[];
}

/**
 * From the thread. First of all `opened` or `refused`; then answers, as many as there are at once, with how many messages
 * have been handled since the last of these.
 */
export type FromThread =
  | { readonly kind: 'opened'; readonly methods: readonly string[] }
  | { readonly kind: 'refused'; readonly error: PackedError }
  | { readonly kind: 'answers'; readonly answers: readonly Answer[]; readonly handled: number }
  | { readonly kind: 'broken'; readonly error: PackedError };

export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: PackedError;
}
