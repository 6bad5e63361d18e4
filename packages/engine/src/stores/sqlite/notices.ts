import type { Notice, NoticeSettlement } from '../../attempt.ts';
import type { EpochMs } from '../../ports.ts';
import { busyEndpoints } from './busy-endpoints.ts';
import type { StoreContext } from './context.ts';

export const noticesSql: Readonly<Record<'endpoints' | 'first' | 'lease' | 'settle', string>> = {
  // A loose index scan, as for lanes: one probe for each endpoint that has notices.
  endpoints: `${busyEndpoints('notice')}
    select endpoint_id from busy where endpoint_id is not null`,
  first: `select id, endpoint_id, url, fields, due_at, lease_until, epoch, attempt from notice
    where endpoint_id = ? and due_at is not null order by due_at, id limit 1`,
  lease: 'update notice set lease_until = ?2, epoch = epoch + 1, attempt = attempt + 1 where id = ?1',
  settle: `update notice set due_at = ?3, done_at = ?4, detail = ?5, lease_until = 0
    where id = ?1 and epoch = ?2 and due_at is not null`,
};

interface NoticeRow {
  readonly id: number;
  readonly endpoint_id: string;
  readonly url: string;
  readonly fields: string;
  readonly due_at: number;
  readonly lease_until: number;
  readonly epoch: number;
  readonly attempt: number;
}

export interface NoticeVerbs {
  /** A read: whether anything is due. */
  probe(): boolean;
  claim(limit: number, leaseMs: number): readonly Notice[];
  settle(settlements: readonly NoticeSettlement[]): void;
}

export function createNotices(context: StoreContext): NoticeVerbs {
  const { connection, endpoints } = context;
  const listBusy = connection.prepare<{ endpoint_id: string }>(noticesSql.endpoints);
  const findFirst = connection.prepare<NoticeRow>(noticesSql.first);
  const lease = connection.prepare(noticesSql.lease);
  const settle = connection.prepare(noticesSql.settle);

  function claimRow(row: NoticeRow, leaseUntil: number): readonly Notice[] {
    const endpoint = endpoints.find(row.endpoint_id);
    if (endpoint === undefined) return [];
    lease.run(row.id, leaseUntil);
    return [
      {
        id: row.id,
        endpointId: row.endpoint_id,
        url: row.url,
        fields: JSON.parse(row.fields) as Record<string, string>,
        epoch: row.epoch + 1,
        attempt: row.attempt + 1,
        signKey: endpoint.signKey,
        connectTimeoutMs: endpoint.connectTimeoutMs,
        totalTimeoutMs: endpoint.totalTimeoutMs,
      },
    ];
  }

  /** The first of each endpoint, if it is free: one at a time, so that a URL which hangs delays nobody else's. */
  function listDue(now: EpochMs, leaseNow: EpochMs): readonly NoticeRow[] {
    return listBusy
      .all()
      .flatMap(({ endpoint_id: endpointId }) => findFirst.get(endpointId) ?? [])
      .filter((row) => row.due_at <= now && row.lease_until <= leaseNow)
      .sort((a, b) => a.due_at - b.due_at || a.id - b.id);
  }

  return {
    probe: () => listDue(context.now(), context.leaseNow()).length > 0,
    claim(limit, leaseMs) {
      const leaseNow = context.leaseNow();
      const due = listDue(context.now(), leaseNow).slice(0, limit);
      return due.flatMap((row) => claimRow(row, leaseNow + leaseMs));
    },
    settle(settlements) {
      const now = context.now();
      for (const { id, epoch, step, detail } of settlements) {
        const dueAt = step.kind === 'retry' ? now + step.delayMs : null;
        settle.run(id, epoch, dueAt, dueAt === null ? now : null, detail);
      }
    },
  };
}
