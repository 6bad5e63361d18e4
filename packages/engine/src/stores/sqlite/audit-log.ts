import type { AuditDraft, AuditEnds, AuditEntry, AuditFilter, Json } from '../../audit.ts';
import { type Actor, chained } from '../../audit.ts';
import type { Page, PageRequest } from '../../notification.ts';
import type { EpochMs } from '../../ports.ts';
import { type AuditRow, auditColumns, auditCursor, auditEntryOf, auditValues } from '../access-row.ts';
import type { Connection } from './connection.ts';

interface HeadRow {
  readonly seq: number;
  readonly hash: string;
  readonly retired_seq: number;
  readonly retired_hash: string;
}

const auditSql = {
  head: 'select seq, hash, retired_seq, retired_hash from audit_head',
  insert: `insert into audit (${auditColumns}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  moveHead: 'update audit_head set seq = ?, hash = ?',
  after: 'select * from audit where seq > ? order by seq limit ?',
  list: `select * from audit where seq < ?1 and (?2 is null or actor_id = ?2) and (?3 is null or action = ?3)
    order by seq desc limit ?4`,
} as const;

/** Rows are written inside the transaction of the edit they tell of. */
export class AuditLog {
  readonly #now: () => EpochMs;
  readonly #head;
  readonly #insert;
  readonly #moveHead;
  readonly #after;
  readonly #list;

  constructor(connection: Connection, now: () => EpochMs) {
    this.#now = now;
    this.#head = connection.prepare<HeadRow>(auditSql.head);
    this.#insert = connection.prepare(auditSql.insert);
    this.#moveHead = connection.prepare(auditSql.moveHead);
    this.#after = connection.prepare<AuditRow>(auditSql.after);
    this.#list = connection.prepare<AuditRow>(auditSql.list);
  }

  /** Nothing without an actor. */
  record(actor: Actor | undefined, action: string, target: string, before: Json, after: Json): void {
    if (actor !== undefined) this.append({ actor, action, target, before, after });
  }

  append(draft: AuditDraft): void {
    const entry = chained(draft, this.ends().head, this.#now());
    this.#insert.run(...auditValues(entry));
    this.#moveHead.run(entry.sequence, entry.hash);
  }

  ends(): AuditEnds {
    const row = this.#head.get();
    if (row === undefined) throw new Error('The head of the audit log is missing.');
    return {
      retired: { sequence: row.retired_seq, hash: row.retired_hash },
      head: { sequence: row.seq, hash: row.hash },
    };
  }

  read(afterSequence: number, limit: number): readonly AuditEntry[] {
    return this.#after.all(afterSequence, limit).map(auditEntryOf);
  }

  list({ actor, action }: AuditFilter, { cursor, limit }: PageRequest): Page<AuditEntry> {
    const rows = this.#list.all(auditCursor(cursor), actor ?? null, action ?? null, limit + 1);
    const items = rows.slice(0, limit).map(auditEntryOf);
    return { items, next: rows.length > limit ? String(items.at(-1)?.sequence) : null };
  }
}
