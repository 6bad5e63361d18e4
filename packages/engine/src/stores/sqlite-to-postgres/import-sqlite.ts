import type { Clock } from '../../ports.ts';
import type { Vault } from '../../vault.ts';
import { type AlertChannelRow, alertChannelOf, sealedChannel } from '../alert-row.ts';
import { type EndpointRow, endpointOf, rowOf } from '../endpoint-row.ts';
import { makeDaysFrom } from '../postgres/attempt-days.ts';
import { checkMasterKey } from '../postgres/check-master-key.ts';
import { connect, type PostgresAddress } from '../postgres/connect.ts';
import { checkSchema } from '../postgres/migrate.ts';
import type { Session } from '../postgres/transaction.ts';
import { extraOf } from '../sqlite/extra.ts';
import { ImportRefused } from './import-refused.ts';
import { openSource, type Source, type SourceRow } from './source.ts';
import {
  clearHead,
  continueNumbering,
  countRows,
  guardHead,
  prepareTarget,
  type TargetTable,
  writeRows,
} from './target.ts';

export interface ImportOptions {
  /** The file of an embedded database that no server has open. */
  readonly path: string;
  /** With the master key of that file. */
  readonly from: Vault;
  readonly to: PostgresAddress;
  /** With the master key of the processes on PostgreSQL; the same one or another. */
  readonly vault: Vault;
  readonly clock: Clock;
  readonly onProgress: (progress: ImportProgress) => void;
}

export interface ImportProgress {
  readonly table: string;
  readonly done: number;
  readonly total: number;
}

export interface ImportedTable {
  readonly table: string;
  readonly rows: number;
}

const rowsPerStatement = 500;
/** Twice as many as are kept by default; what is older is deleted row by row. */
const attemptDaysMax = 60;

/**
 * Copies everything into a database that `migratePostgres` has prepared and that is empty, in one transaction: all of it
 * or nothing. Ids stay, so links to notifications do; keys are sealed anew. Rows are counted on both sides before the
 * commit. The file is left as it is. Throws `ImportRefused`, `DatabaseInUse`, and what opening either side throws.
 */
export async function importSqlite(options: ImportOptions): Promise<readonly ImportedTable[]> {
  const source = await openSource(options.path, options.from, options.clock);
  try {
    return await connect(options.to, async ({ database, end }) => {
      await checkSchema(database);
      const copying = { statementTimeoutMs: 0 };
      const imported = await database.transaction((session) => copyAll(session, source, options), copying);
      await end();
      return imported;
    });
  } finally {
    source.close();
  }
}

async function copyAll(
  session: Session,
  source: Source,
  options: ImportOptions,
): Promise<readonly ImportedTable[]> {
  await checkMasterKey(session, options.vault);
  const tables = await prepareTarget(session, source.tables);
  const total = source.tables.reduce((sum, { rows }) => sum + rows, 0);
  let done = 0;
  // Or they would all be among the rest: each new day, for which the rest is searched, would hold up whoever reads them.
  await makeDaysFrom(session, source.listAttemptDays(attemptDaysMax));
  await clearHead(session);
  for (const table of tables) {
    await copyTable(session, source, table, options, (rows) => {
      done += rows;
      options.onProgress({ table: table.source.name, done, total });
    });
    await continueNumbering(session, table);
  }
  await guardHead(session);
  for (const { source: copied } of tables) {
    const rows = await countRows(session, copied);
    if (rows !== copied.rows) {
      throw new ImportRefused(
        `Nothing was imported: ${copied.name} has ${copied.rows} rows in the file, and ${rows} arrived.`,
      );
    }
  }
  return tables.map(({ source: { name, rows } }) => ({ table: name, rows }));
}

async function copyTable(
  session: Session,
  source: Source,
  table: TargetTable,
  { from, vault }: ImportOptions,
  onWritten: (rows: number) => void,
): Promise<void> {
  const converted = ({ source: { name } }: TargetTable, row: SourceRow): SourceRow => {
    if (name === 'endpoint') return sealedAnew(row, from, vault);
    if (name === 'alert_channel') return channelSealedAnew(row, from, vault);
    return name === 'change' ? withExtraAsObject(row) : row;
  };
  let batch: SourceRow[] = [];
  const write = async (): Promise<void> => {
    if (batch.length === 0) return;
    await writeRows(session, table, batch);
    onWritten(batch.length);
    batch = [];
  };
  for (const row of source.read(table.source)) {
    batch.push(converted(table, row));
    if (batch.length === rowsPerStatement) await write();
  }
  await write();
}

function sealedAnew(row: SourceRow, from: Vault, to: Vault): SourceRow {
  const endpoint = row as unknown as EndpointRow;
  const { sign_key, previous_sign_key, webhook_secret } = rowOf(endpointOf(endpoint, from), to);
  return { ...row, sign_key, previous_sign_key, webhook_secret };
}

function channelSealedAnew(row: SourceRow, from: Vault, to: Vault): SourceRow {
  const channel = alertChannelOf(row as unknown as AlertChannelRow, from);
  return { ...row, ...sealedChannel(channel, to) };
}

/** The file holds pairs, PostgreSQL an object. */
function withExtraAsObject(row: SourceRow): SourceRow {
  const { extra = null } = row;
  return { ...row, extra: extra === null ? null : JSON.stringify(extraOf(String(extra))) };
}
