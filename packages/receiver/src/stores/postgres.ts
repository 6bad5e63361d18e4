import {
  type Begun,
  type Claim,
  type Memory,
  type MemoryEntry,
  type MemoryKey,
  RepeatedNotification,
} from '../memory.ts';
import {
  judgeRows,
  memoryTable,
  PURGE_EVERY,
  PURGE_ROWS_MAX,
  type Row,
  rowKeys,
  type ScopeOptions,
} from './sql.ts';

/** What is used of `pg`: its Pool has it, and so have its Client and PGlite. */
export interface PostgresQueryable {
  query(text: string, values: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

export interface PostgresReceipt {
  /**
   * Remembers the notification within the transaction that is open on this client: it commits, or rolls back, with
   * the handler's effect. Rejects with RepeatedNotification if another run was first; let that pass.
   */
  remember(client: PostgresQueryable): Promise<void>;
}

/** Run it once before the memory is used; it can run at every start. */
export const postgresMemoryTable: string = memoryTable;

/** Remembers in the table doorbell_memory of the search path. Holds no transaction open while a handler runs. */
export function postgresMemory(pool: PostgresQueryable, options: ScopeOptions = {}): Memory<PostgresReceipt> {
  const { scope = '' } = options;
  let begun = 0;

  return {
    async begin(entry) {
      if (entry.known === null) return { outcome: 'new', claim: unremembered };
      if (++begun % PURGE_EVERY === 0) await pool.query(PURGE, [entry.now, PURGE_ROWS_MAX]);
      return begin(pool, scope, entry, entry.known);
    },
  };
}

const unremembered: Claim<PostgresReceipt> = {
  receipt: { remember: async () => {} },
  commit: async () => {},
  release: async () => {},
};

// One statement, so one round trip where all is well, and nothing comes between looking and claiming.
const CLAIM = `
insert into doorbell_memory as held (key, layout, lease_until, epoch, forget_at)
select $1::text, $2::text, $3::bigint, 1, $4::bigint
where not exists (
  select from doorbell_memory where key = $6::text and forget_at > $5::bigint and sequence >= $7::bigint
)
on conflict (key) do update
set layout = excluded.layout, lease_until = excluded.lease_until, epoch = held.epoch + 1, forget_at = excluded.forget_at
where held.forget_at <= $5::bigint or (held.lease_until <= $5::bigint and held.layout = excluded.layout)
returning epoch`;
const FIND = `
select key, layout, lease_until, sequence from doorbell_memory where key in ($1, $2) and forget_at > $3`;
const REMEMBER = `
with committed as (
  update doorbell_memory set lease_until = null where key = $1::text and epoch = $2::int returning key
), aliased as (
  insert into doorbell_memory (key, layout, epoch, forget_at)
  select $3::text, $4::text, 1, $5::bigint from committed where $3::text is not null
  on conflict (key) do nothing
), advanced as (
  insert into doorbell_memory as task (key, layout, sequence, epoch, forget_at)
  select $6::text, '', $7::bigint, 1, $8::bigint from committed where $6::text is not null
  on conflict (key) do update set sequence = excluded.sequence, forget_at = excluded.forget_at
  where task.sequence < excluded.sequence or task.forget_at <= $9::bigint
  returning key
)
select exists (select from committed) as committed, exists (select from advanced) as advanced`;
const RELEASE = `
update doorbell_memory set lease_until = 0 where key = $1 and epoch = $2 and lease_until is not null`;
const PURGE = `
delete from doorbell_memory
where key in (select key from doorbell_memory where forget_at <= $1 limit $2 for update skip locked)`;

async function begin(
  pool: PostgresQueryable,
  scope: string,
  entry: MemoryEntry,
  known: MemoryKey,
): Promise<Begun<PostgresReceipt>> {
  const { key, task } = rowKeys(scope, entry);
  const { now, leaseUntil, place } = entry;
  const values = [key, known.layout, leaseUntil, known.forgetAt, now, task, place?.sequence ?? null];
  const [claimed] = await list(pool, CLAIM, values);
  if (claimed !== undefined) {
    return { outcome: 'new', claim: claimOf(pool, scope, entry, Number(claimed.epoch)) };
  }
  const rows = await list(pool, FIND, [key, task, now]);
  const find = (wanted: string | null) => rows.find((row) => row.key === wanted);
  return { outcome: judgeRows(entry, known.layout, find(key), find(task)) };
}

function claimOf(
  pool: PostgresQueryable,
  scope: string,
  entry: MemoryEntry,
  epoch: number,
): Claim<PostgresReceipt> {
  let remembered = false;
  return {
    receipt: {
      async remember(client) {
        const ended = await remember(client, scope, entry, epoch);
        if (ended !== 'remembered') throw new RepeatedNotification(ended);
        remembered = true;
      },
    },
    async commit() {
      if (!remembered) await remember(pool, scope, entry, epoch);
    },
    async release() {
      await pool.query(RELEASE, [rowKeys(scope, entry).key, epoch]);
    },
  };
}

async function remember(
  client: PostgresQueryable,
  scope: string,
  entry: MemoryEntry,
  epoch: number,
): Promise<'remembered' | 'repeat' | 'stale'> {
  const { key, alias, task } = rowKeys(scope, entry);
  const [ended] = await list(client, REMEMBER, [
    key,
    epoch,
    alias,
    entry.alias?.layout ?? null,
    entry.alias?.forgetAt ?? null,
    task,
    entry.place?.sequence ?? null,
    entry.place?.forgetAt ?? null,
    entry.now,
  ]);
  if (ended?.committed !== true) return 'repeat';
  return task === null || ended.advanced === true ? 'remembered' : 'stale';
}

async function list(client: PostgresQueryable, text: string, values: unknown[]): Promise<readonly Row[]> {
  const { rows } = await client.query(text, values);
  return rows as readonly Row[];
}
