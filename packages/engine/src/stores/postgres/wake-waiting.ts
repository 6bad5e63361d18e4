import type { EpochMs } from '../../ports.ts';
import type { Database } from './database.ts';
import type { Session } from './transaction.ts';

export const wakeWaitingSql = {
  // Skips what is locked: an append, or a settlement that itself waits for the endpoint's row. Those keep their time.
  wake: `update doorbell.lane l set due_at = $2::bigint
    where l.id = any(array(
      select w.id from doorbell.lane w where w.endpoint_id = $1 and w.due_at > $2::bigint and w.claimed_seq is null
      order by w.due_at, w.id limit $3::int for update skip locked))
    returning l.id`,
} as const;

/** So many in one transaction, the nearest first: an endpoint may have a million waiting. */
const wokenPerTransaction = 10_000;

/**
 * What waits for its retry is due now: the endpoint is well again, or what was wrong with it was put right. Returns
 * whether there may be more.
 */
export async function wakeWaiting(session: Session, endpointId: string, now: EpochMs): Promise<boolean> {
  const woken = await session.rows(wakeWaitingSql.wake, endpointId, now, wokenPerTransaction);
  return woken.length === wokenPerTransaction;
}

/** As `wakeWaiting`, to the last one, in as many transactions as it takes. */
export async function wakeAllWaiting(database: Database, endpointId: string, now: EpochMs): Promise<void> {
  while (await database.transaction((session) => wakeWaiting(session, endpointId, now)));
}
