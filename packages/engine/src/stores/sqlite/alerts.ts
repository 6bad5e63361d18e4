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
import type { GroupCommit } from './group-commit.ts';

/** What a filter leaves; parameters as of `alertFilterValues`. */
const matches = `(?2 is null or ?2 = case when cleared_at is not null then 'cleared'
      when acknowledged_at is not null then 'acknowledged' else 'open' end)
    and (?3 is null or kind = ?3) and (?4 is null or endpoint_id = ?4) and (?5 is null or customer_id = ?5)`;

export const alertsSql: Readonly<
  Record<
    | 'findHolding'
    | 'insert'
    | 'queueRaised'
    | 'queueCleared'
    | 'find'
    | 'clear'
    | 'uncleared'
    | 'list'
    | 'listUncleared'
    | 'acknowledge'
    | 'retire'
    | 'thresholds'
    | 'putThresholds',
    string
  >
> = {
  findHolding: 'select id from alert where endpoint_id = ? and kind = ? and cleared_at is null',
  insert: 'insert into alert (kind, endpoint_id, customer_id, detail, raised_at) values (?, ?, ?, ?, ?)',
  queueRaised: `insert into alert_message (alert_id, channel_id, event, queued_at, due_at)
    select ?1, c.id, 'raised', ?2, ?2 from alert_channel c
    where c.enabled = 1 and instr(' ' || c.wants || ' ', ' ' || ?3 || ' ') > 0`,
  queueCleared: `insert into alert_message (alert_id, channel_id, event, queued_at, due_at)
    select m.alert_id, m.channel_id, 'cleared', ?2, ?2 from alert_message m join alert_channel c on c.id = m.channel_id
    where m.alert_id = ?1 and m.event = 'raised' and m.outcome is not 'dropped' and c.enabled = 1`,
  find: 'select * from alert where id = ?',
  clear: 'update alert set cleared_at = ?2 where id = ?1 and cleared_at is null',
  uncleared: 'select * from alert indexed by alert_uncleared where cleared_at is null and id > 0 order by id',
  list: `select * from alert where id < ?1 and ${matches} order by id desc limit ?6`,
  // What holds is little among what was: found by an index of its own.
  listUncleared: `select * from alert indexed by alert_uncleared where cleared_at is null and id < ?1 and ${matches}
    order by id desc limit ?6`,
  acknowledge:
    'update alert set acknowledged_at = ?2, acknowledged_by = ?3 where id = ?1 and acknowledged_at is null',
  retire: `delete from alert where id in
    (select id from alert indexed by alert_cleared where cleared_at < ?1 order by cleared_at limit ?2)`,
  thresholds: 'select * from alert_threshold where id = 1',
  putThresholds: `insert into alert_threshold (id, backlog_age_ms, refusals_min, refusals_share, refusals_window_ms)
    values (1, ?, ?, ?, ?) on conflict (id) do update set backlog_age_ms = excluded.backlog_age_ms,
      refusals_min = excluded.refusals_min, refusals_share = excluded.refusals_share,
      refusals_window_ms = excluded.refusals_window_ms`,
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

export function createAlerts(
  { connection, now }: StoreContext,
  audit: AuditLog,
  commits: GroupCommit,
): Alerts {
  const findHolding = connection.prepare<{ id: number }>(alertsSql.findHolding);
  const insert = connection.prepare(alertsSql.insert);
  const queueRaised = connection.prepare(alertsSql.queueRaised);
  const queueCleared = connection.prepare(alertsSql.queueCleared);
  const findRow = connection.prepare<AlertRow>(alertsSql.find);
  const clear = connection.prepare(alertsSql.clear);
  const uncleared = connection.prepare<AlertRow>(alertsSql.uncleared);
  const list = connection.prepare<AlertRow>(alertsSql.list);
  const listUncleared = connection.prepare<AlertRow>(alertsSql.listUncleared);
  const acknowledge = connection.prepare(alertsSql.acknowledge);
  const retire = connection.prepare(alertsSql.retire);
  const findThresholds = connection.prepare<AlertThresholdRow>(alertsSql.thresholds);
  const putThresholds = connection.prepare(alertsSql.putThresholds);
  const thresholds = () => alertThresholdsOf(findThresholds.get());

  function find(alertId: number): Alert | undefined {
    const row = findRow.get(alertId);
    return row === undefined ? undefined : alertOf(row);
  }

  return {
    raiseAlerts: (conditions) =>
      commits.write(() => {
        const at = now();
        return conditions.flatMap(({ kind, endpointId, customerId, detail }) => {
          if (findHolding.get(endpointId, kind) !== undefined) return [];
          const id = insert.insert(kind, endpointId, customerId, JSON.stringify(detail), at);
          queueRaised.run(id, at, kind);
          return find(id) ?? [];
        });
      }),
    clearAlerts: (alertIds) =>
      commits.write(() => {
        const at = now();
        return alertIds.flatMap((alertId) => {
          if (clear.change(alertId, at) === 0) return [];
          queueCleared.run(alertId, at);
          return find(alertId) ?? [];
        });
      }),
    listUnclearedAlerts: async () => uncleared.all().map(alertOf),
    async listAlerts(filter, { cursor, limit }) {
      const statement = filter.state === 'open' || filter.state === 'acknowledged' ? listUncleared : list;
      return alertPage(statement.all(alertCursor(cursor), ...alertFilterValues(filter), limit + 1), limit);
    },
    acknowledgeAlert: (alertId, by) =>
      commits.write(() => {
        const before = find(alertId);
        if (before === undefined || before.acknowledgedAt !== null) return before;
        acknowledge.run(alertId, now(), by.id);
        const after = find(alertId);
        if (after !== undefined)
          audit.record(by, 'alert.acknowledge', String(alertId), alertView(before), alertView(after));
        return after;
      }),
    retireAlerts: () => commits.write(() => retire.run(now() - alertsKeptMs, retiredAtOnceMax)),
    readAlertThresholds: async () => thresholds(),
    putAlertThresholds: (given, by) =>
      commits.write(() => {
        const before = thresholds();
        putThresholds.run(...alertThresholdValues(given));
        audit.record(by, 'alert-thresholds.put', '', { ...before }, { ...given });
        return given;
      }),
  };
}
