import type { Database } from './database.ts';
import { initialSchema } from './schema/001-initial.ts';
import { appendSchema } from './schema/002-append.ts';
import { rollupSchema } from './schema/003-rollups.ts';
import { accessSchema } from './schema/004-access.ts';
import { retentionSchema } from './schema/005-retention.ts';
import { settledMinutesSchema } from './schema/006-settled-minutes.ts';
import { attemptsByTimeSchema } from './schema/007-attempts-by-time.ts';
import { resendJobSchema } from './schema/008-resend-jobs.ts';
import { alertSchema } from './schema/009-alerts.ts';
import { closedByStateSchema } from './schema/010-closed-by-state.ts';
import { attemptTimingsSchema } from './schema/011-attempt-timings.ts';
import { wakingSchema } from './schema/012-waking.ts';
import { alertSignsSchema } from './schema/013-alert-signs.ts';
import { appendLimitsSchema } from './schema/014-append-limits.ts';
import { masterKeySchema } from './schema/015-master-key.ts';
import type { Session } from './transaction.ts';
import { SchemaMismatch } from './unfit-database.ts';

interface Migration {
  readonly sql: string;
  /** The oldest schema whose Doorbell still works after this migration: expand first, contract a release later. */
  readonly worksSince: number;
}

/** In order and append-only: a released migration is never edited. */
const migrations: readonly Migration[] = [
  { sql: initialSchema, worksSince: 1 },
  { sql: appendSchema, worksSince: 2 },
  { sql: rollupSchema, worksSince: 2 },
  { sql: accessSchema, worksSince: 2 },
  // Changes the key that settlements relied on; nothing was released before it.
  { sql: retentionSchema, worksSince: 5 },
  { sql: settledMinutesSchema, worksSince: 5 },
  { sql: attemptsByTimeSchema, worksSince: 5 },
  { sql: resendJobSchema, worksSince: 5 },
  { sql: alertSchema, worksSince: 5 },
  { sql: closedByStateSchema, worksSince: 5 },
  { sql: attemptTimingsSchema, worksSince: 5 },
  { sql: wakingSchema, worksSince: 5 },
  { sql: alertSignsSchema, worksSince: 5 },
  { sql: appendLimitsSchema, worksSince: 5 },
  { sql: masterKeySchema, worksSince: 5 },
];

const migrateSql = {
  // Transaction-scoped: a session lock would be stranded behind a pooler.
  lock: `select pg_advisory_xact_lock(hashtext('doorbell.migrate'))`,
  // Whoever uses a table waits behind a migration that waits for it, be it for somebody's report: so that is not for long.
  // Longer than an autovacuum takes to give way, though, which is deadlock_timeout.
  limits: `set local lock_timeout = '5s'`,
  // `if not exists` asks for the privilege to create one even where an owner of databases has made it beforehand.
  hasSchema: `select exists (
    select from pg_namespace where nspname = (parse_ident('doorbell.schema_version'))[1]) as has`,
  createSchema: 'create schema doorbell',
  createVersions: `create table if not exists doorbell.schema_version
    (version int primary key, works_since int not null, applied_at timestamptz not null default now())`,
  hasVersions: `select to_regclass('doorbell.schema_version') is not null as has`,
  version: 'select version, works_since from doorbell.schema_version order by version desc limit 1',
  record: 'insert into doorbell.schema_version (version, works_since) values ($1, $2)',
} as const;

interface VersionRow {
  readonly version: number;
  readonly works_since: number;
}

/** Applies what is missing, all or nothing, one process at a time. Returns the numbers applied. Throws `SchemaMismatch`. */
export async function migrate(database: Database): Promise<readonly number[]> {
  // Building an index on a large table takes minutes, and so does waiting for another that does.
  const options = { statementTimeoutMs: 0 };
  return database.transaction(async (session) => {
    await session.rows(migrateSql.lock);
    await session.rows(migrateSql.limits);
    const { version, works_since: worksSince } = await versionOf(session);
    if (worksSince > migrations.length) throw newer(version);
    if (version === 0) {
      const [schema] = await session.rows<{ has: boolean }>(migrateSql.hasSchema);
      if (schema?.has !== true) await session.rows(migrateSql.createSchema);
      await session.rows(migrateSql.createVersions);
    }
    const applied: number[] = [];
    for (const [index, migration] of migrations.entries()) {
      if (index < version) continue;
      await session.rows(migration.sql);
      await session.rows(migrateSql.record, index + 1, migration.worksSince);
      applied.push(index + 1);
    }
    return applied;
  }, options);
}

/** Reads only. Throws `SchemaMismatch` unless this Doorbell can work on the schema as it is. */
export async function checkSchema(database: Database): Promise<void> {
  const { version, works_since: worksSince } = await versionOf(database);
  if (version < migrations.length) {
    const found = version === 0 ? 'no schema of Doorbell' : `schema ${version}`;
    throw new SchemaMismatch(
      `The database has ${found}; this Doorbell needs ${migrations.length}. Run \`doorbell migrate\`, then start again.`,
    );
  }
  if (worksSince > migrations.length) throw newer(version);
}

function newer(version: number): SchemaMismatch {
  return new SchemaMismatch(
    `The database has schema ${version}, which this Doorbell (${migrations.length}) can no longer use. Install the newer Doorbell.`,
  );
}

async function versionOf(session: Session): Promise<VersionRow> {
  const none: VersionRow = { version: 0, works_since: 0 };
  const [exists] = await session.rows<{ has: boolean }>(migrateSql.hasVersions);
  if (exists?.has !== true) return none;
  const [row] = await session.rows<VersionRow>(migrateSql.version);
  return row ?? none;
}
