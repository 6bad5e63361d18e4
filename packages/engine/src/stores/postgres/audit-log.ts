import {
  type Actor,
  type AuditDraft,
  type AuditEnds,
  type AuditEntry,
  type AuditFilter,
  chained,
  type Json,
} from '../../audit.ts';
import type { Page, PageRequest } from '../../notification.ts';
import type { EpochMs } from '../../ports.ts';
import { type AuditRow, auditColumns, auditCursor, auditEntryOf, auditValues } from '../access-row.ts';
import type { Session } from './transaction.ts';

interface HeadRow {
  readonly seq: number;
  readonly hash: string;
  readonly retired_seq: number;
  readonly retired_hash: string;
}

const auditSql = {
  head: 'select seq, hash, retired_seq, retired_hash from doorbell.audit_head',
  // Held to the end of the transaction: so the rows of all processes follow each other in the order of their commits.
  lockHead: `select seq, hash, doorbell.now_ms($1::bigint) as now from doorbell.audit_head for update`,
  write: `with row as (insert into doorbell.audit (${auditColumns})
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning seq, hash)
    update doorbell.audit_head h set seq = row.seq, hash = row.hash from row`,
  after: 'select * from doorbell.audit where seq > $1 order by seq limit $2',
  list: `select * from doorbell.audit where seq < $1::bigint and ($2::text is null or actor_id = $2)
      and ($3::text is null or action = $3) order by seq desc limit $4`,
} as const;

/** Rows are written inside the transaction of the edit they tell of, as its last statement. */
export class AuditLog {
  readonly #givenNow: () => EpochMs | null;

  constructor(givenNow: () => EpochMs | null) {
    this.#givenNow = givenNow;
  }

  /** Nothing without an actor. */
  async record(
    session: Session,
    actor: Actor | undefined,
    action: string,
    target: string,
    before: Json,
    after: Json,
  ): Promise<void> {
    if (actor !== undefined) await this.append(session, { actor, action, target, before, after });
  }

  async append(session: Session, draft: AuditDraft): Promise<void> {
    const [head] = await session.rows<{ seq: number; hash: string; now: EpochMs }>(
      auditSql.lockHead,
      this.#givenNow(),
    );
    if (head === undefined) throw new Error('The head of the audit log is missing.');
    const entry = chained(draft, { sequence: head.seq, hash: head.hash }, head.now);
    await session.rows(auditSql.write, ...auditValues(entry));
  }
}

export async function auditEnds(session: Session): Promise<AuditEnds> {
  const [row] = await session.rows<HeadRow>(auditSql.head);
  if (row === undefined) throw new Error('The head of the audit log is missing.');
  return {
    retired: { sequence: row.retired_seq, hash: row.retired_hash },
    head: { sequence: row.seq, hash: row.hash },
  };
}

export async function readAudit(
  session: Session,
  afterSequence: number,
  limit: number,
): Promise<readonly AuditEntry[]> {
  return (await session.rows<AuditRow>(auditSql.after, afterSequence, limit)).map(auditEntryOf);
}

export async function listAudit(
  session: Session,
  { actor, action }: AuditFilter,
  { cursor, limit }: PageRequest,
): Promise<Page<AuditEntry>> {
  const rows = await session.rows<AuditRow>(
    auditSql.list,
    auditCursor(cursor),
    actor ?? null,
    action ?? null,
    limit + 1,
  );
  const items = rows.slice(0, limit).map(auditEntryOf);
  return { items, next: rows.length > limit ? String(items.at(-1)?.sequence) : null };
}
