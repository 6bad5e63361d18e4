import type { EpochMs } from '../../ports.ts';
import type { StoreContext } from './context.ts';
import type { Session } from './transaction.ts';

export const wakeWaitingSql = {
  // Skips what is locked: an append, or a settlement that itself waits for the endpoint's row. Those keep their time.
  // Never back to lanes before $3: those have failed once more since they were woken.
  wake: `with waiting as materialized (
      select w.id, w.due_at from doorbell.lane w
      where w.endpoint_id = $1 and w.due_at > $2::bigint and w.due_at >= $3::bigint and w.claimed_seq is null
      order by w.due_at, w.id limit $4::int for update skip locked),
    woken as (
      update doorbell.lane l set due_at = $2::bigint where l.id = any(array(select w.id from waiting w)))
    select count(*) as woken, max(w.due_at) as last_due_at from waiting w`,
  goOn: `update doorbell.endpoint set waking_from = $2::bigint where id = $1
    and waking_from is distinct from $2::bigint`,
  // One worker at a time, and none waits for it. The endpoint may have failed again: then nothing is to be woken.
  lock: `select e.waking_from, doorbell.now_ms($2::bigint) as now from doorbell.endpoint e
    where e.id = $1 and e.waking_from is not null and e.paused_at is null and e.breaker_opened_at is null
      and pg_try_advisory_xact_lock(hashtext('doorbell.wake'), hashtext(e.id))`,
} as const;

/** So many with the settlement or the edit that found the endpoint well, the nearest first: enough for the slow start. */
const wokenAtOnce = 1_000;

/**
 * What waits for its retry is due now: the endpoint is well again, or what was wrong with it was put right. The rest is
 * left to `wakeMore`: there may be a million.
 */
export async function wakeWaiting(session: Session, endpointId: string, now: EpochMs): Promise<void> {
  await wakeFrom(session, endpointId, now, now);
}

/** The next part of what `wakeWaiting` has left, for any worker to do at each of its rounds: some 20 ms. */
export function wakeMore({ database, givenNow }: StoreContext, endpointId: string): Promise<void> {
  return database.transaction(
    async (session) => {
      const [locked] = await session.rows<{ waking_from: EpochMs; now: EpochMs }>(
        wakeWaitingSql.lock,
        endpointId,
        givenNow(),
      );
      if (locked !== undefined) await wakeFrom(session, endpointId, locked.now, locked.waking_from);
    },
    { byIndex: true },
  );
}

async function wakeFrom(session: Session, endpointId: string, now: EpochMs, from: EpochMs): Promise<void> {
  const [part] = await session.rows<{ woken: number; last_due_at: EpochMs | null }>(
    wakeWaitingSql.wake,
    endpointId,
    now,
    from,
    wokenAtOnce,
  );
  const goOnFrom = part?.woken === wokenAtOnce ? part.last_due_at : null;
  await session.rows(wakeWaitingSql.goOn, endpointId, goOnFrom);
}
