import { type AlertDispatch, type AlertDispatchSettlement, alertPace } from '../../alert-channel.ts';
import type { EpochMs } from '../../ports.ts';
import type { StoreAlerts } from '../../store-alerts.ts';
import { VaultError } from '../../vault.ts';
import {
  type AlertChannelRow,
  type AlertMessageRow,
  alertChannelOf,
  claimedMessageOf,
} from '../alert-row.ts';
import type { StoreContext } from './context.ts';
import type { GroupCommit } from './group-commit.ts';

export const alertMessagesSql = {
  freeChannels: 'select * from alert_channel where enabled = 1 and free_at <= ? order by id',
  // That an alert is over is not told before that there was one.
  due: `select m.id message_id, m.event, m.attempt, m.queued_at, a.*
    from alert_message m indexed by alert_message_due join alert a on a.id = m.alert_id
    where m.channel_id = ?1 and m.due_at <= ?2 and (m.event = 'raised' or not exists (select 1 from alert_message r
      where r.alert_id = m.alert_id and r.channel_id = m.channel_id and r.event = 'raised' and r.due_at is not null))
    order by m.id limit ?3`,
  lease: 'update alert_channel set free_at = ?2, epoch = epoch + 1 where id = ?1',
  count: 'update alert_message set attempt = attempt + 1 where id = ?',
  epoch: 'select epoch from alert_channel where id = ?',
  retry: 'update alert_message set due_at = ?2 where id = ?1 and due_at is not null',
  end: `update alert_message set due_at = null, done_at = ?2, outcome = ?3 where id = ?1 and due_at is not null`,
  sent: 'update alert_channel set free_at = ?2, last_sent_at = ?3 where id = ?1',
  failed: 'update alert_channel set free_at = ?2, last_failed_at = ?3, last_failure = ?4 where id = ?1',
} as const;

export type AlertMessages = Pick<StoreAlerts, 'claimAlertDispatches' | 'settleAlertDispatch'>;

export function createAlertMessages(
  { connection, now, vault }: StoreContext,
  commits: GroupCommit,
): AlertMessages {
  const freeChannels = connection.prepare<AlertChannelRow>(alertMessagesSql.freeChannels);
  const due = connection.prepare<AlertMessageRow>(alertMessagesSql.due);
  const lease = connection.prepare(alertMessagesSql.lease);
  const count = connection.prepare(alertMessagesSql.count);
  const findEpoch = connection.prepare<{ epoch: number }>(alertMessagesSql.epoch);
  const retry = connection.prepare(alertMessagesSql.retry);
  const end = connection.prepare(alertMessagesSql.end);
  const sent = connection.prepare(alertMessagesSql.sent);
  const failed = connection.prepare(alertMessagesSql.failed);

  function isAnyDue(at: EpochMs): boolean {
    return freeChannels.all(at).some(({ id }) => due.get(id, at, 1) !== undefined);
  }

  function listDue(at: EpochMs): readonly AlertDispatch[] {
    return freeChannels.all(at).flatMap((row) => {
      const messages = due.all(row.id, at, alertPace[row.kind].messagesMax).map(claimedMessageOf);
      if (messages.length === 0) return [];
      try {
        return [{ channel: alertChannelOf(row, vault), epoch: row.epoch + 1, messages }];
      } catch (error) {
        // One whose URL does not open must not hold up all others.
        if (error instanceof VaultError) return [];
        throw error;
      }
    });
  }

  function settle({ channelId, epoch, pauseMs, failure, steps }: AlertDispatchSettlement): boolean {
    const at = now();
    if (findEpoch.get(channelId)?.epoch !== epoch) return false;
    for (const { messageId, step } of steps) {
      if (step.kind === 'retry') retry.run(messageId, at + step.delayMs);
      else end.run(messageId, at, step.kind);
    }
    if (failure === null) sent.run(channelId, at + pauseMs, at);
    else failed.run(channelId, at + pauseMs, at, failure);
    return true;
  }

  return {
    async claimAlertDispatches(limit, leaseMs) {
      // Nothing to send is the rule, and costs a read of two indexes.
      if (!isAnyDue(now())) return [];
      return commits.write(() => {
        const at = now();
        const claimed = listDue(at).slice(0, limit);
        for (const { channel, messages } of claimed) {
          lease.run(channel.id, at + leaseMs);
          for (const { id } of messages) count.run(id);
        }
        return claimed;
      });
    },
    settleAlertDispatch: (settlement) => commits.write(() => settle(settlement)),
  };
}
