import { type AlertDispatch, type AlertDispatchSettlement, alertPace } from '../../alert-channel.ts';
import type { StoreAlerts } from '../../store-alerts.ts';
import { VaultError } from '../../vault.ts';
import {
  type AlertChannelRow,
  type AlertMessageRow,
  alertChannelOf,
  claimedMessageOf,
} from '../alert-row.ts';
import type { StoreContext } from './context.ts';
import { toRows } from './database.ts';
import type { Session } from './transaction.ts';

/** That an alert is over is not told before that there was one. */
const isDue = (now: string): string => `m.due_at <= ${now} and (m.event = 'raised' or not exists (
    select 1 from doorbell.alert_message r where r.alert_id = m.alert_id and r.channel_id = m.channel_id
      and r.event = 'raised' and r.due_at is not null))`;

export const alertMessagesSql: Readonly<
  Record<'now' | 'free' | 'due' | 'lease' | 'count' | 'lockChannel' | 'settle' | 'sent' | 'failed', string>
> = {
  now: 'select doorbell.now_ms($1::bigint) as now',
  free: `select c.* from doorbell.alert_channel c where c.enabled and c.free_at <= $1::bigint
      and exists (select 1 from doorbell.alert_message m where m.channel_id = c.id and ${isDue('$1::bigint')})
    order by c.id for update of c skip locked`,
  due: `select m.id as message_id, m.event, m.attempt, m.queued_at, a.*
    from doorbell.alert_message m join doorbell.alert a on a.id = m.alert_id
    where m.channel_id = $1 and ${isDue('$2::bigint')} order by m.id limit $3::int`,
  lease: 'update doorbell.alert_channel set free_at = $2::bigint, epoch = epoch + 1 where id = $1',
  count: 'update doorbell.alert_message set attempt = attempt + 1 where id = any($1::bigint[])',
  lockChannel: 'select epoch from doorbell.alert_channel where id = $1 for update',
  settle: `update doorbell.alert_message m set due_at = $2::bigint + s.delay_ms, outcome = s.outcome,
      done_at = case when s.delay_ms is null then $2::bigint end
    from json_to_recordset($1::json) as s (id bigint, delay_ms bigint, outcome text)
    where m.id = s.id and m.due_at is not null`,
  sent: 'update doorbell.alert_channel set free_at = $2::bigint, last_sent_at = $3::bigint where id = $1',
  failed: `update doorbell.alert_channel set free_at = $2::bigint, last_failed_at = $3::bigint, last_failure = $4
    where id = $1`,
};

export type AlertMessages = Pick<StoreAlerts, 'claimAlertDispatches' | 'settleAlertDispatch'>;

export function createAlertMessages({ database, vault, givenNow }: StoreContext): AlertMessages {
  async function nowOf(session: Session): Promise<number> {
    const [clock] = await session.rows<{ now: number }>(alertMessagesSql.now, givenNow());
    if (clock === undefined) throw new Error('The server did not tell its time.');
    return clock.now;
  }

  async function dispatchTo(
    session: Session,
    row: AlertChannelRow,
    now: number,
    leaseMs: number,
  ): Promise<readonly AlertDispatch[]> {
    const { messagesMax } = alertPace[row.kind];
    const rows = await session.rows<AlertMessageRow>(alertMessagesSql.due, row.id, now, messagesMax);
    const messages = rows.map(claimedMessageOf);
    if (messages.length === 0) return [];
    try {
      const channel = alertChannelOf(row, vault);
      await session.rows(alertMessagesSql.lease, row.id, now + leaseMs);
      const ids = messages.map(({ id }) => id);
      await session.rows(alertMessagesSql.count, ids);
      return [{ channel, epoch: row.epoch + 1, messages }];
    } catch (error) {
      // One whose URL does not open must not hold up all others.
      if (error instanceof VaultError) return [];
      throw error;
    }
  }

  return {
    claimAlertDispatches: (limit, leaseMs) =>
      database.transaction(async (session) => {
        const now = await nowOf(session);
        const dispatches: AlertDispatch[] = [];
        // Channels are few; one whose URL does not open takes nobody else's place.
        for (const row of await session.rows<AlertChannelRow>(alertMessagesSql.free, now)) {
          if (dispatches.length === limit) break;
          dispatches.push(...(await dispatchTo(session, row, now, leaseMs)));
        }
        return dispatches;
      }),
    settleAlertDispatch: ({ channelId, epoch, pauseMs, failure, steps }: AlertDispatchSettlement) =>
      database.transaction(async (session) => {
        const now = await nowOf(session);
        const [locked] = await session.rows<{ epoch: number }>(alertMessagesSql.lockChannel, channelId);
        if (locked?.epoch !== epoch) return false;
        const rows = steps.map(({ messageId: id, step }) =>
          step.kind === 'retry'
            ? { id, delay_ms: step.delayMs, outcome: null }
            : { id, delay_ms: null, outcome: step.kind },
        );
        await session.rows(alertMessagesSql.settle, toRows(rows), now);
        const freeAt = now + pauseMs;
        if (failure === null) await session.rows(alertMessagesSql.sent, channelId, freeAt, now);
        else await session.rows(alertMessagesSql.failed, channelId, freeAt, now, failure);
        return true;
      }),
  };
}
