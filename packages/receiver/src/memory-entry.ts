import type { FormFields } from '@doorbell/contract';

import type { Authenticity } from './authenticate.ts';
import type { MemoryEntry, MemoryKey } from './memory.ts';
import type { ReadableField } from './second-reading.ts';
import type { VerifyRules } from './verify-rules.ts';

/** Over the 72 hours for which the platform tries again. */
const REMEMBERED_MS = 80 * 3_600_000;
/** A resend by hand may come long after; a task's number is small. */
const TASK_REMEMBERED_MS = 90 * 24 * 3_600_000;
/** Four times as long as the platform waits for an answer. */
const LEASE_MS = 60_000;

/** A notification that is proven. */
export interface Proven {
  readonly proof: Authenticity;
  readonly fields: FormFields;
  readonly houseTaskId: string;
  readonly sequence: number | null;
  /** The clock when it was proven. */
  readonly now: number;
}

/** What a memory needs to know of it. */
export function memoryEntry(
  proven: Proven,
  { toleranceMs, readable }: Pick<VerifyRules, 'toleranceMs' | 'readable'>,
): MemoryEntry {
  // Databases keep whole milliseconds, and a clock may give parts of them.
  const now = Math.floor(proven.now);
  const { webhookId, sign, timestamp } = proven.proof;
  const leaseUntil = now + LEASE_MS;
  // A sign outlives its window for no one; twice that leaves room for clocks that differ.
  const forgetSignAt = Math.min((timestamp ?? now) + 2 * toleranceMs + LEASE_MS, Number.MAX_SAFE_INTEGER);
  const bySign: MemoryKey | null =
    sign === null
      ? null
      : { key: `sign:${sign}`, layout: layoutOf(proven.fields, readable), forgetAt: forgetSignAt };
  if (webhookId === null) return { known: bySign, alias: null, place: null, now, leaseUntil };

  const { houseTaskId, sequence } = proven;
  const known = { key: `id:${webhookId}`, layout: '', forgetAt: now + REMEMBERED_MS };
  const place = sequence === null ? null : { houseTaskId, sequence, forgetAt: now + TASK_REMEMBERED_MS };
  return { known, alias: bySign, place, now, leaseUntil };
}

/** The same sign stands for the same text, so the names and lengths of the values, in one order, say how it was cut. */
function layoutOf(fields: FormFields, readable: readonly ReadableField[]): string {
  const lengths: string[] = [];
  for (const { name } of readable) {
    const value = fields.get(name);
    if (value !== undefined) lengths.push(`${name}=${value.length}`);
  }
  return lengths.join('&');
}
