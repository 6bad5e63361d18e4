import type { Random } from '@doorbell/engine';

/**
 * stop: for up to 3 s. stop-and-end-leases: what the stopped worker holds is freed in the database, which is what its
 * others see of a stop beyond the lease. stop-beyond-lease: for longer than the lease, really.
 */
export type FaultKind =
  | 'kill'
  | 'kill-api'
  | 'stop'
  | 'stop-and-end-leases'
  | 'stop-beyond-lease'
  | 'terminate'
  | 'restart'
  | 'away';

export interface PlannedFault {
  readonly atMs: number;
  readonly kind: FaultKind;
  /** Which of the candidates, and how long: uniform in [0, 1). */
  readonly roll: number;
}

/** How often, on average; or how many in all, whatever the length of the run. */
export type FaultRate =
  | { readonly kind: FaultKind; readonly everyMs: number }
  | { readonly kind: FaultKind; readonly times: number };

/** Every kind that repeats has a rhythm of its own, so that any two kinds fall together at some time. */
export function planFaults(
  rates: readonly FaultRate[],
  durationMs: number,
  random: Random,
): readonly PlannedFault[] {
  const planned: PlannedFault[] = [];
  for (const rate of rates) {
    if ('times' in rate) {
      for (let index = 0; index < rate.times; index += 1) {
        // Spread evenly, away from the very start and the very end.
        const atMs = (durationMs * (index + 0.4 + 0.2 * random())) / rate.times;
        planned.push({ atMs, kind: rate.kind, roll: random() });
      }
      continue;
    }
    for (let atMs = rate.everyMs * random(); atMs < durationMs; atMs += rate.everyMs * (0.5 + random())) {
      planned.push({ atMs, kind: rate.kind, roll: random() });
    }
  }
  return planned.sort((a, b) => a.atMs - b.atMs);
}
