import type { AlertChannel } from '../../alert-channel.ts';
import type { StoreAlerts } from '../../store-alerts.ts';
import { type AlertChannelRow, alertChannelOf, draftedChannel, sealedChannel } from '../alert-row.ts';
import { alertChannelView } from '../audit-view.ts';
import type { AuditLog } from './audit-log.ts';
import type { StoreContext } from './context.ts';
import type { GroupCommit } from './group-commit.ts';

export const alertChannelsSql = {
  put: `insert into alert_channel (id, kind, url, secret, wants, language, enabled, created_at, updated_at)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (id) do update set kind = excluded.kind, url = excluded.url, secret = excluded.secret,
      wants = excluded.wants, language = excluded.language, enabled = excluded.enabled,
      updated_at = excluded.updated_at`,
  find: 'select * from alert_channel where id = ?',
  list: 'select * from alert_channel order by id',
  drop: `update alert_message set due_at = null, done_at = ?2, outcome = 'dropped'
    where channel_id = ?1 and due_at is not null`,
  delete: 'delete from alert_channel where id = ?',
} as const;

export type AlertChannels = Pick<
  StoreAlerts,
  'putAlertChannel' | 'findAlertChannel' | 'listAlertChannels' | 'deleteAlertChannel'
>;

export function createAlertChannels(
  { connection, now, vault }: StoreContext,
  audit: AuditLog,
  commits: GroupCommit,
): AlertChannels {
  const put = connection.prepare(alertChannelsSql.put);
  const findRow = connection.prepare<AlertChannelRow>(alertChannelsSql.find);
  const list = connection.prepare<AlertChannelRow>(alertChannelsSql.list);
  const drop = connection.prepare(alertChannelsSql.drop);
  const remove = connection.prepare(alertChannelsSql.delete);

  function find(channelId: string): AlertChannel | undefined {
    const row = findRow.get(channelId);
    return row === undefined ? undefined : alertChannelOf(row, vault);
  }

  return {
    putAlertChannel: (draft, by) =>
      commits.write(() => {
        const at = now();
        const before = find(draft.id);
        const saved = draftedChannel(draft, before, at);
        const { url, secret } = sealedChannel(saved, vault);
        const { id, kind, wants, language, enabled, createdAt } = saved;
        put.run(id, kind, url, secret, wants.join(' '), language, Number(enabled), createdAt, at);
        if (!enabled) drop.run(id, at);
        const views = [alertChannelView(before), alertChannelView(saved, before)] as const;
        audit.record(by, 'alert-channel.put', id, ...views);
        return saved;
      }),
    findAlertChannel: async (channelId) => find(channelId),
    listAlertChannels: async () => list.all().map((row) => alertChannelOf(row, vault)),
    deleteAlertChannel: (channelId, by) =>
      commits.write(() => {
        const before = find(channelId);
        if (before === undefined) return undefined;
        remove.run(channelId);
        audit.record(by, 'alert-channel.delete', channelId, alertChannelView(before), null);
        return before;
      }),
  };
}
