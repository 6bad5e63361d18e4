import type { Notice, NoticeSettlement } from '../../attempt.ts';
import type { StoreContext } from './context.ts';

export const noticesSql = {
  probe: 'select 1 from notice where due_at <= ?1 and lease_until <= ?1 limit 1',
  due: `select id, endpoint_id, url, fields, epoch, attempt from notice
    where due_at <= ?1 and lease_until <= ?1 order by due_at, id limit ?2`,
  lease: 'update notice set lease_until = ?2, epoch = epoch + 1, attempt = attempt + 1 where id = ?1',
  settle: `update notice set due_at = ?3, done_at = ?4, detail = ?5, lease_until = 0
    where id = ?1 and epoch = ?2 and due_at is not null`,
} as const;

interface NoticeRow {
  readonly id: number;
  readonly endpoint_id: string;
  readonly url: string;
  readonly fields: string;
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
  const probeDue = connection.prepare(noticesSql.probe);
  const listDue = connection.prepare<NoticeRow>(noticesSql.due);
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

  return {
    probe: () => probeDue.get(context.now()) !== undefined,
    claim(limit, leaseMs) {
      const now = context.now();
      return listDue.all(now, limit).flatMap((row) => claimRow(row, now + leaseMs));
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
