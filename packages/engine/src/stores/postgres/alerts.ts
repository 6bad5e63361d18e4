import { type Alert, alertsKeptMs } from '../../alert.ts';
import type { StoreAlerts } from '../../store-alerts.ts';
import {
  type AlertRow,
  type AlertThresholdRow,
  alertCursor,
  alertFilterValues,
  alertOf,
  alertPage,
  alertThresholdsOf,
  alertThresholdValues,
} from '../alert-row.ts';
import { alertView } from '../audit-view.ts';
import type { AuditLog } from './audit-log.ts';
import type { StoreContext } from './context.ts';
import { toRows } from './database.ts';
import type { Session } from './transaction.ts';

/** What a filter leaves; parameters as of `alertFilterValues`. */
const matches = `($2::text is null or $2 = case when a.cleared_at is not null then 'cleared'
      when a.acknowledged_at is not null then 'acknowledged' else 'open' end)
    and ($3::text is null or a.kind = $3) and ($4::text is null or a.endpoint_id = $4)
    and ($5::text is null or a.customer_id = $5)`;

/**
 * Those that are told, locked against edits: one that is disabled meanwhile drops what waits for it, and one that is
 * deleted would fail this for all others.
 */
const channels = `channel as materialized (
      select c.id, c.wants from doorbell.alert_channel c where c.enabled order by c.id for share)`;

export const alertsSql: Readonly<
  Record<
    | 'raise'
    | 'lockHolding'
    | 'clear'
    | 'uncleared'
    | 'list'
    | 'listUncleared'
    | 'lock'
    | 'acknowledge'
    | 'retire'
    | 'thresholds'
    | 'putThresholds',
    string
  >
> = {
  // In the order of the unique index, so that two that raise the same cannot wait for each other.
  raise: `with clock as materialized (select doorbell.now_ms($2::bigint) as now),
    raised as (
      insert into doorbell.alert (kind, endpoint_id, customer_id, detail, raised_at)
      select x.kind, x.endpoint_id, x.customer_id, x.detail, clock.now
      from json_to_recordset($1::json) as x (kind text, endpoint_id text, customer_id text, detail text), clock
      order by x.endpoint_id collate "C", x.kind collate "C"
      on conflict (endpoint_id, kind) where cleared_at is null do nothing returning *),
    ${channels},
    queued as (
      insert into doorbell.alert_message (alert_id, channel_id, event, queued_at, due_at)
      select r.id, c.id, 'raised', r.raised_at, r.raised_at from raised r
      cross join channel c where position(' ' || r.kind || ' ' in ' ' || c.wants || ' ') > 0 order by r.id, c.id)
    select * from raised order by id`,
  // Locked in one order, so that two that clear the same cannot wait for each other.
  lockHolding: `select id from doorbell.alert where id = any($1::bigint[]) and cleared_at is null order by id for update`,
  clear: `with clock as materialized (select doorbell.now_ms($2::bigint) as now),
    cleared as (
      update doorbell.alert a set cleared_at = clock.now from clock
      where a.id = any($1::bigint[]) and a.cleared_at is null returning a.*),
    ${channels},
    queued as (
      insert into doorbell.alert_message (alert_id, channel_id, event, queued_at, due_at)
      select m.alert_id, m.channel_id, 'cleared', r.cleared_at, r.cleared_at from cleared r
      join doorbell.alert_message m on m.alert_id = r.id and m.event = 'raised' and m.outcome is distinct from 'dropped'
      join channel c on c.id = m.channel_id
      order by m.alert_id, m.channel_id)
    select * from cleared order by id`,
  uncleared: 'select * from doorbell.alert where cleared_at is null order by id',
  list: `select a.* from doorbell.alert a where a.id < $1::bigint and ${matches} order by a.id desc limit $6::int`,
  // What holds is little among what was: found by an index of its own.
  listUncleared: `select a.* from doorbell.alert a where a.cleared_at is null and a.id < $1::bigint and ${matches}
    order by a.id desc limit $6::int`,
  lock: 'select * from doorbell.alert where id = $1::bigint for update',
  acknowledge: `update doorbell.alert set acknowledged_at = doorbell.now_ms($2::bigint), acknowledged_by = $3
    where id = $1::bigint returning *`,
  retire: `delete from doorbell.alert where id = any(array(select id from doorbell.alert
    where cleared_at < doorbell.now_ms($1::bigint) - $2::bigint order by cleared_at limit $3::int))`,
  thresholds: 'select * from doorbell.alert_threshold where id = 1',
  putThresholds: `insert into doorbell.alert_threshold
      (id, backlog_age_ms, refusals_min, refusals_share, refusals_window_ms) values (1, $1, $2, $3, $4)
    on conflict (id) do update set backlog_age_ms = excluded.backlog_age_ms, refusals_min = excluded.refusals_min,
      refusals_share = excluded.refusals_share, refusals_window_ms = excluded.refusals_window_ms`,
};

const retiredAtOnceMax = 1_000;

export type Alerts = Pick<
  StoreAlerts,
  | 'raiseAlerts'
  | 'clearAlerts'
  | 'listUnclearedAlerts'
  | 'listAlerts'
  | 'acknowledgeAlert'
  | 'retireAlerts'
  | 'readAlertThresholds'
  | 'putAlertThresholds'
>;

export function createAlerts({ database, givenNow }: StoreContext, audit: AuditLog): Alerts {
  async function thresholds(session: Session) {
    const [row] = await session.rows<AlertThresholdRow>(alertsSql.thresholds);
    return alertThresholdsOf(row);
  }

  return {
    async raiseAlerts(conditions) {
      if (conditions.length === 0) return [];
      const rows = conditions.map(({ kind, endpointId, customerId, detail }) => ({
        kind,
        endpoint_id: endpointId,
        customer_id: customerId,
        detail: JSON.stringify(detail),
      }));
      const raised = await database.transaction((session) =>
        session.rows<AlertRow>(alertsSql.raise, toRows(rows), givenNow()),
      );
      return raised.map(alertOf);
    },
    async clearAlerts(alertIds) {
      if (alertIds.length === 0) return [];
      const cleared = await database.transaction(async (session) => {
        await session.rows(alertsSql.lockHolding, alertIds);
        return session.rows<AlertRow>(alertsSql.clear, alertIds, givenNow());
      });
      return cleared.map(alertOf);
    },
    listUnclearedAlerts: async () => (await database.rows<AlertRow>(alertsSql.uncleared)).map(alertOf),
    async listAlerts(filter, { cursor, limit }) {
      const isUncleared = filter.state === 'open' || filter.state === 'acknowledged';
      const sql = isUncleared ? alertsSql.listUncleared : alertsSql.list;
      const values = [alertCursor(cursor), ...alertFilterValues(filter), limit + 1];
      return alertPage(await database.rows<AlertRow>(sql, ...values), limit);
    },
    acknowledgeAlert: (alertId, by) =>
      database.transaction(async (session): Promise<Alert | undefined> => {
        const [row] = await session.rows<AlertRow>(alertsSql.lock, alertId);
        if (row === undefined || row.acknowledged_at !== null) return row && alertOf(row);
        const [written] = await session.rows<AlertRow>(alertsSql.acknowledge, alertId, givenNow(), by.id);
        const after = alertOf(written ?? row);
        const views = [alertView(alertOf(row)), alertView(after)] as const;
        await audit.record(session, by, 'alert.acknowledge', String(alertId), ...views);
        return after;
      }),
    async retireAlerts() {
      await database.transaction((session) =>
        session.rows(alertsSql.retire, givenNow(), alertsKeptMs, retiredAtOnceMax),
      );
    },
    readAlertThresholds: () => thresholds(database),
    putAlertThresholds: (given, by) =>
      database.transaction(async (session) => {
        const before = await thresholds(session);
        await session.rows(alertsSql.putThresholds, ...alertThresholdValues(given));
        await audit.record(session, by, 'alert-thresholds.put', '', { ...before }, { ...given });
        return given;
      }),
  };
}
