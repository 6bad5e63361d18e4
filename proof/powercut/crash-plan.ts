import type { Random } from '@doorbell/engine';
import { type SurvivalKind, survivalKinds } from './survivals.ts';
import type { TraceEvent } from './trace.ts';

/** The power fails after so many events of the trace. */
export interface Cut {
  readonly after: number;
  readonly kinds: readonly SurvivalKind[];
}

/**
 * Where to cut: after acknowledgements, where the promise is sharpest; anywhere; and while the log of SQLite is copied
 * into the database, or files come and go, which happens seldom and is where databases break.
 */
export function planCuts(events: readonly TraceEvent[], cutsWanted: number, random: Random): readonly Cut[] {
  const acknowledgements = placesOf(events, (event) => event.kind === 'said');
  const rare = placesOf(events, (event) => event.kind !== 'said' && isRare(event));
  const anywhere = events.map((_, index) => index + 1);
  const chosen = new Set([
    ...sample(acknowledgements, cutsWanted * 0.3, random),
    ...sample(rare, cutsWanted * 0.3, random),
  ]);
  for (const place of sample(anywhere, anywhere.length, random)) {
    if (chosen.size >= cutsWanted) break;
    chosen.add(place);
  }
  return [...chosen].sort((a, b) => a - b).map((after) => ({ after, kinds: survivalKinds }));
}

function isRare(event: Exclude<TraceEvent, { kind: 'said' }>): boolean {
  if (event.kind === 'sync-folder' || event.kind === 'create' || event.kind === 'unlink') return true;
  return !event.file.endsWith('-wal');
}

function placesOf(events: readonly TraceEvent[], holds: (event: TraceEvent) => boolean): readonly number[] {
  return events.flatMap((event, index) => (holds(event) ? [index + 1] : []));
}

function sample(places: readonly number[], count: number, random: Random): readonly number[] {
  const pool = [...places];
  for (let index = 0; index < Math.min(count, pool.length); index++) {
    const other = index + Math.floor(random() * (pool.length - index));
    [pool[index], pool[other]] = [pool[other] ?? 0, pool[index] ?? 0];
  }
  return pool.slice(0, count);
}
