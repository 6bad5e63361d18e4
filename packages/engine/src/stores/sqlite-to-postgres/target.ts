import { toRows } from '../postgres/database.ts';
import type { Session } from '../postgres/transaction.ts';
import { ImportRefused } from './import-refused.ts';
import type { SourceRow, SourceTable } from './source.ts';

const targetSql = {
  limits: 'set local idle_in_transaction_session_timeout = 0',
  columns: (
    table: string,
  ): string => `select a.attname as name, t.typname as type, a.attidentity <> '' as is_identity
    from pg_attribute a join pg_type t on t.oid = a.atttypid where a.attrelid = to_regclass('doorbell.${table}') and a.attnum > 0 and not a.attisdropped
    order by a.attnum`,
  continueNumbering: (table: string, column: string): string => `
    select setval(pg_get_serial_sequence('doorbell.${table}', '${column}'), coalesce(max("${column}"), 1),
      max("${column}") is not null) from doorbell.${table}`,
} as const;

interface Column {
  readonly name: string;
  readonly type: string;
  readonly is_identity: boolean;
}

/** A table of PostgreSQL that takes what the one of the same name in the file holds. */
export interface TargetTable {
  readonly source: SourceTable;
  readonly columns: readonly Column[];
}

/** Made with one row by the migration, which the import replaces. Its triggers guard it from edits. */
const headOfAudit = 'audit_head';

/** Throws `ImportRefused` unless everything that the file holds has a place, and all of those places are empty. */
export async function prepareTarget(
  session: Session,
  sources: readonly SourceTable[],
): Promise<readonly TargetTable[]> {
  await session.rows(targetSql.limits);
  const tables: TargetTable[] = [];
  for (const source of sources) {
    const columns = await session.rows<Column>(targetSql.columns(source.name));
    const missing = source.columns.filter((name) => !columns.some((column) => column.name === name));
    if (missing.length > 0) {
      throw new ImportRefused(
        `PostgreSQL has no place for ${missing.join(', ')} of the table ${source.name}.`,
      );
    }
    tables.push({ source, columns: columns.filter(({ name }) => source.columns.includes(name)) });
  }
  // Nobody writes there meanwhile: what is empty now is empty until this is committed.
  const names = sources.map(({ name }) => `doorbell.${name}`).join(', ');
  await session.rows(`lock table ${names} in share row exclusive mode`);
  for (const source of sources) {
    if (source.name !== headOfAudit && (await countRows(session, source)) > 0) {
      throw new ImportRefused(
        `The PostgreSQL database is not empty: there are rows in ${source.name}. Import into a new one, right after "doorbell migrate".`,
      );
    }
  }
  return tables;
}

/** The replaced row is not an edit of the log: the log comes with it. */
export async function clearHead(session: Session): Promise<void> {
  await session.rows(
    `alter table doorbell.${headOfAudit} disable trigger user; delete from doorbell.${headOfAudit}`,
  );
}

export async function guardHead(session: Session): Promise<void> {
  await session.rows(`alter table doorbell.${headOfAudit} enable trigger user`);
}

export async function writeRows(
  session: Session,
  { source, columns }: TargetTable,
  rows: readonly SourceRow[],
): Promise<void> {
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  const documents = columns.filter(({ type }) => type === 'json' || type === 'jsonb');
  const written = rows.map((row) => ({
    ...row,
    ...Object.fromEntries(documents.map(({ name }) => [name, parsed(row[name] ?? null)])),
  }));
  await session.rows(
    `insert into doorbell.${source.name} (${names}) overriding system value
     select ${names} from json_populate_recordset(null::doorbell.${source.name}, $1::json)`,
    toRows(written),
  );
}

/** New ids come after those that were brought along. */
export async function continueNumbering(session: Session, { source, columns }: TargetTable): Promise<void> {
  for (const { name } of columns.filter((column) => column.is_identity)) {
    await session.rows(targetSql.continueNumbering(source.name, name));
  }
}

export async function countRows(session: Session, { name }: SourceTable): Promise<number> {
  const [row] = await session.rows<{ n: number }>(`select count(*) as n from doorbell.${name}`);
  return row?.n ?? 0;
}

function parsed(value: string | number | null): unknown {
  return typeof value === 'string' ? JSON.parse(value) : value;
}
