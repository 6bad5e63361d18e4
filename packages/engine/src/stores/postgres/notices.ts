import type { Notice, NoticeSettlement } from '../../attempt.ts';
import type { StoreContext } from './context.ts';
import { toRows } from './database.ts';
import { EndpointBook } from './endpoint-book.ts';

export const noticesSql = {
  // A loose index scan, as for lanes: the first of each endpoint, if it is free. One at a time, so that a URL which
  // hangs delays nobody else's; the update checks once more what another worker may have leased meanwhile.
  lease: `with recursive clock as materialized (select doorbell.now_ms($1::bigint) as now),
    busy (endpoint_id) as (
      (select n.endpoint_id from doorbell.notice n where n.due_at is not null order by n.endpoint_id limit 1)
      union all
      select (select n.endpoint_id from doorbell.notice n
              where n.due_at is not null and n.endpoint_id > busy.endpoint_id order by n.endpoint_id limit 1)
      from busy where busy.endpoint_id is not null),
    due as materialized (
      select n.id from busy b cross join lateral (
        select x.id, x.due_at, x.lease_until from doorbell.notice x
        where x.endpoint_id = b.endpoint_id and x.due_at is not null order by x.due_at, x.id limit 1) n
      where n.due_at <= (select now from clock) and n.lease_until <= (select now from clock)
      order by n.due_at, n.id limit $2),
    leased as (
      update doorbell.notice n set lease_until = (select now from clock) + $3, epoch = n.epoch + 1,
        attempt = n.attempt + 1
      where n.id = any(array(select d.id from due d)) and n.due_at is not null
        and n.lease_until <= (select now from clock)
      returning n.id, n.endpoint_id, n.url, n.fields, n.epoch, n.attempt, n.due_at)
    select * from leased order by due_at, id`,
  settle: `with clock as materialized (select doorbell.now_ms($2::bigint) as now)
    update doorbell.notice n set due_at = clock.now + s.delay_ms, lease_until = 0, detail = s.detail,
      done_at = case when s.delay_ms is null then clock.now end
    from json_to_recordset($1::json) as s (id bigint, epoch int, delay_ms bigint, detail text), clock
    where n.id = s.id and n.epoch = s.epoch and n.due_at is not null`,
} as const;

interface NoticeRow {
  readonly id: number;
  readonly endpoint_id: string;
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly epoch: number;
  readonly attempt: number;
}

export function claimNotices(
  { database, vault, givenNow }: StoreContext,
  limit: number,
  leaseMs: number,
): Promise<readonly Notice[]> {
  return database.transaction(async (session) => {
    const rows = await session.rows<NoticeRow>(noticesSql.lease, givenNow(), limit, leaseMs);
    if (rows.length === 0) return [];
    const endpoints = await new EndpointBook(session, vault).readable(rows.map((row) => row.endpoint_id));
    return rows.flatMap((row): readonly Notice[] => {
      const endpoint = endpoints.get(row.endpoint_id);
      if (endpoint === undefined) return [];
      const { id, url, fields, epoch, attempt } = row;
      const { signKey, connectTimeoutMs, totalTimeoutMs } = endpoint;
      const endpointId = endpoint.id;
      return [{ id, endpointId, url, fields, epoch, attempt, signKey, connectTimeoutMs, totalTimeoutMs }];
    });
  });
}

export async function settleNotices(
  { database, givenNow }: StoreContext,
  settlements: readonly NoticeSettlement[],
): Promise<void> {
  if (settlements.length === 0) return;
  const rows = settlements.map(({ id, epoch, step, detail }) => ({
    id,
    epoch,
    delay_ms: step.kind === 'retry' ? step.delayMs : null,
    detail,
  }));
  await database.transaction((session) => session.rows(noticesSql.settle, toRows(rows), givenNow()));
}
