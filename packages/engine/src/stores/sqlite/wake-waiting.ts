import type { EpochMs } from '../../ports.ts';
import type { Connection } from './connection.ts';
import type { StoreContext } from './context.ts';

export const wakeWaitingSql = {
  waiting: `select id, due_at from lane indexed by lane_due where endpoint_id = ?1 and due_at > ?2
    order by due_at limit ?3 + 0`,
  wake: 'update lane set due_at = ?2 where id = ?1',
  goOn: 'update endpoint set waking_from = ?2 where id = ?1 and waking_from is not ?2',
  // The endpoint may have failed again: then nothing is to be woken.
  next: `select id, waking_from from endpoint indexed by endpoint_waking
    where waking_from is not null and id > ?1 and paused_at is null and breaker_opened_at is null order by id limit 1`,
} as const;

export type WakeWaiting = (endpointId: string, now: EpochMs) => void;

/** So many in one transaction, the nearest first: more than is claimed in a round, and some 7 ms of the only writer. */
const wokenAtOnce = 250;

/**
 * Makes the lanes of an endpoint that wait for a retry due now: it has just come back, or an operator has just mended
 * it, so there is no reason left to wait. The slow start paces what follows. Runs within a transaction; what a first
 * part leaves is left to `createWakeMore`, for there may be a million.
 */
export function createWakeWaiting(connection: Connection): WakeWaiting {
  const wakeFrom = createWakeFrom(connection);
  return (endpointId, now) => wakeFrom(endpointId, now, now);
}

export interface WakeMore {
  /** One probe, and a read: so nothing is written where nothing is left. */
  isWanted(): boolean;
  /** Wakes the next part of what `WakeWaiting` has left, one endpoint after the other. Runs within a transaction. */
  run(): void;
}

export function createWakeMore({ connection, now }: StoreContext): WakeMore {
  const wakeFrom = createWakeFrom(connection);
  const findNext = connection.prepare<{ id: string; waking_from: EpochMs }>(wakeWaitingSql.next);
  let lastId = '';
  const next = () => findNext.get(lastId) ?? findNext.get('');
  return {
    isWanted: () => next() !== undefined,
    run() {
      const waking = next();
      if (waking === undefined) return;
      lastId = waking.id;
      wakeFrom(waking.id, now(), waking.waking_from);
    },
  };
}

/** Never back to lanes before `from`: those have failed once more since they were woken. */
function createWakeFrom(connection: Connection): (endpointId: string, now: EpochMs, from: EpochMs) => void {
  const listWaiting = connection.prepare<{ id: number; due_at: EpochMs }>(wakeWaitingSql.waiting);
  const wake = connection.prepare(wakeWaitingSql.wake);
  const goOn = connection.prepare(wakeWaitingSql.goOn);
  return (endpointId, now, from) => {
    const part = listWaiting.all(endpointId, Math.max(now, from - 1), wokenAtOnce);
    for (const { id } of part) wake.run(id, now);
    const last = part.length === wokenAtOnce ? part.at(-1) : undefined;
    goOn.run(endpointId, last?.due_at ?? null);
  };
}
