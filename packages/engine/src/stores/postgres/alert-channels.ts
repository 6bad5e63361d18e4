import type { AlertChannel } from '../../alert-channel.ts';
import type { StoreAlerts } from '../../store-alerts.ts';
import { type AlertChannelRow, alertChannelOf, draftedChannel, sealedChannel } from '../alert-row.ts';
import { alertChannelView } from '../audit-view.ts';
import type { AuditLog } from './audit-log.ts';
import type { StoreContext } from './context.ts';
import { endpointSql } from './endpoint-book.ts';
import type { Session } from './transaction.ts';

const alertChannelsSql = {
  put: `insert into doorbell.alert_channel
      (id, kind, url, secret, wants, language, enabled, created_at, updated_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    on conflict (id) do update set kind = excluded.kind, url = excluded.url, secret = excluded.secret,
      wants = excluded.wants, language = excluded.language, enabled = excluded.enabled,
      updated_at = excluded.updated_at`,
  find: 'select * from doorbell.alert_channel where id = $1',
  lock: 'select * from doorbell.alert_channel where id = $1 for update',
  list: 'select * from doorbell.alert_channel order by id',
  drop: `update doorbell.alert_message set due_at = null, done_at = $2::bigint, outcome = 'dropped'
    where channel_id = $1 and due_at is not null`,
  delete: 'delete from doorbell.alert_channel where id = $1',
} as const;

export type AlertChannels = Pick<
  StoreAlerts,
  'putAlertChannel' | 'findAlertChannel' | 'listAlertChannels' | 'deleteAlertChannel'
>;

/** Each edit locks the channel's row first, so that none undoes what another process did meanwhile. */
export function createAlertChannels(
  { database, vault, givenNow }: StoreContext,
  audit: AuditLog,
): AlertChannels {
  async function find(session: Session, channelId: string, sql: string): Promise<AlertChannel | undefined> {
    const [row] = await session.rows<AlertChannelRow>(sql, channelId);
    return row === undefined ? undefined : alertChannelOf(row, vault);
  }

  return {
    putAlertChannel: (draft, by) =>
      database.transaction(async (session) => {
        const before = await find(session, draft.id, alertChannelsSql.lock);
        const [clock] = await session.rows<{ now: number }>(endpointSql.now, givenNow());
        const at = clock?.now ?? 0;
        const saved = draftedChannel(draft, before, at);
        const { url, secret } = sealedChannel(saved, vault);
        const { id, kind, wants, language, enabled, createdAt } = saved;
        const values = [id, kind, url, secret, wants.join(' '), language, enabled, createdAt, at];
        await session.rows(alertChannelsSql.put, ...values);
        if (!enabled) await session.rows(alertChannelsSql.drop, id, at);
        const views = [alertChannelView(before), alertChannelView(saved, before)] as const;
        await audit.record(session, by, 'alert-channel.put', id, ...views);
        return saved;
      }),
    findAlertChannel: (channelId) => find(database, channelId, alertChannelsSql.find),
    listAlertChannels: async () => {
      const rows = await database.rows<AlertChannelRow>(alertChannelsSql.list);
      return rows.map((row) => alertChannelOf(row, vault));
    },
    deleteAlertChannel: (channelId, by) =>
      database.transaction(async (session) => {
        const before = await find(session, channelId, alertChannelsSql.lock);
        if (before === undefined) return undefined;
        await session.rows(alertChannelsSql.delete, channelId);
        await audit.record(session, by, 'alert-channel.delete', channelId, alertChannelView(before), null);
        return before;
      }),
  };
}
