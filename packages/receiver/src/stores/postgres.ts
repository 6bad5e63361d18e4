import { listUnremembered } from '../judge-entry.ts';
import {
  type Begun,
  type Claim,
  type Memory,
  type MemoryEntry,
  type MemoryKey,
  type NotNew,
  RepeatedNotification,
} from '../memory.ts';
import {
  heldRows,
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

interface Epochs {
  readonly known: number;
  readonly alias: number | null;
}

const unremembered: Claim<PostgresReceipt> = {
  receipt: { remember: async () => {} },
  commit: async () => {},
  release: async () => {},
};

// One statement, so one round trip where all is well. Every statement takes the key, then the task, then
// the alias last, so that none waits for another in a circle.
const CLAIM = `
with claimed as (
  insert into doorbell_memory as held (key, layout, lease_until, epoch, forget_at)
  select $1::text, $2::text, $3::bigint, 1, $4::bigint
  where not exists (
    select from doorbell_memory where key = $6::text and forget_at > $5::bigint and sequence >= $7::bigint
  ) and not exists (
    select from doorbell_memory where key = $8::text and forget_at > $5::bigint
    and (layout <> $9::text or lease_until is null or lease_until > $5::bigint)
  )
  on conflict (key) do update
  set layout = excluded.layout, lease_until = excluded.lease_until, epoch = held.epoch + 1, forget_at = excluded.forget_at
  where held.forget_at <= $5::bigint or (held.lease_until <= $5::bigint and held.layout = excluded.layout)
  returning epoch
), aliased as (
  insert into doorbell_memory as held (key, layout, lease_until, epoch, forget_at)
  select $8::text, $9::text, $3::bigint, 1, $10::bigint from claimed where $8::text is not null
  on conflict (key) do update
  set layout = excluded.layout, lease_until = excluded.lease_until, epoch = held.epoch + 1, forget_at = excluded.forget_at
  where held.forget_at <= $5::bigint or (held.lease_until <= $5::bigint and held.layout = excluded.layout)
  returning epoch
)
select epoch, (select epoch from aliased) as alias_epoch from claimed`;
const FIND = `
select key, layout, lease_until, sequence from doorbell_memory where key in ($1, $2, $3) and forget_at > $4`;
const COMMIT = `
update doorbell_memory set lease_until = null where key = $1::text and epoch = $2::int returning key`;
// Whoever ran it: a sign over these fields was handled, and over others it is not ours to change.
const REMEMBER_KEY = `
on conflict (key) do update
set layout = excluded.layout, lease_until = null, forget_at = excluded.forget_at
where held.forget_at <= $9::bigint or held.layout = excluded.layout
returning key`;
const ADVANCE = `
on conflict (key) do update set sequence = excluded.sequence, forget_at = excluded.forget_at
where task.sequence < excluded.sequence or task.forget_at <= $9::bigint
returning key`;
const ALIASED_AND_ADVANCED = `
aliased as (
  insert into doorbell_memory as held (key, layout, epoch, forget_at)
  select $3::text, $4::text, 1, $5::bigint from committed where $3::text is not null
  ${REMEMBER_KEY}
), advanced as (
  insert into doorbell_memory as task (key, layout, sequence, epoch, forget_at)
  select $6::text, '', $7::bigint, 1, $8::bigint from committed where $6::text is not null
  ${ADVANCE}
)`;
const REMEMBER = `
with committed as (${COMMIT}
), ${ALIASED_AND_ADVANCED}
select exists (select from committed) as committed, exists (select from advanced) as advanced`;
const REMEMBER_UNRUN = `
with committed as (select 1), known as (
  insert into doorbell_memory as held (key, layout, epoch, forget_at)
  select $1::text, $2::text, 1, $10::bigint where $1::text is not null
  ${REMEMBER_KEY}
), ${ALIASED_AND_ADVANCED}
select exists (select from known), exists (select from advanced)`;
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
  const epochs = await claim(pool, scope, entry, known);
  if (epochs !== undefined) return { outcome: 'new', claim: claimOf(pool, scope, entry, epochs) };
  const { key, alias, task } = rowKeys(scope, entry);
  const rows = await list(pool, FIND, [key, alias, task, entry.now]);
  const find = (wanted: string | null) => rows.find((row) => row.key === wanted);
  const held = heldRows(find(key), find(alias), find(task));
  const outcome = judgeRows(entry, known, held);
  const unremembered = listUnremembered(entry, outcome, held);
  if (unremembered.length > 0) await rememberUnrun(pool, scope, entry, outcome, unremembered);
  return { outcome };
}

/** Which claim of each key it is; undefined where they were not to be had. */
async function claim(
  pool: PostgresQueryable,
  scope: string,
  entry: MemoryEntry,
  known: MemoryKey,
): Promise<Epochs | undefined> {
  const { key, alias, task } = rowKeys(scope, entry);
  const { now, leaseUntil, place } = entry;
  const mine = [key, known.layout, leaseUntil, known.forgetAt, now, task, place?.sequence ?? null];
  const other = [alias, entry.alias?.layout ?? null, entry.alias?.forgetAt ?? null];
  const [claimed] = await list(pool, CLAIM, [...mine, ...other]);
  if (claimed === undefined) return undefined;
  const epoch = Number(claimed.epoch);
  if (alias === null) return { known: epoch, alias: null };
  if (claimed.alias_epoch !== null) return { known: epoch, alias: Number(claimed.alias_epoch) };
  // A copy without the HMAC took the alias in between.
  await pool.query(RELEASE, [key, epoch]);
  return undefined;
}

function claimOf(
  pool: PostgresQueryable,
  scope: string,
  entry: MemoryEntry,
  epochs: Epochs,
): Claim<PostgresReceipt> {
  let remembered = false;
  return {
    receipt: {
      async remember(client) {
        const ended = await remember(client, scope, entry, epochs.known);
        if (ended !== 'remembered') throw new RepeatedNotification(ended);
        remembered = true;
      },
    },
    async commit() {
      if (!remembered) await remember(pool, scope, entry, epochs.known);
    },
    async release() {
      const { key, alias } = rowKeys(scope, entry);
      await pool.query(RELEASE, [key, epochs.known]);
      if (alias !== null) await pool.query(RELEASE, [alias, epochs.alias]);
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

async function rememberUnrun(
  pool: PostgresQueryable,
  scope: string,
  entry: MemoryEntry,
  outcome: NotNew,
  unremembered: readonly MemoryKey[],
): Promise<void> {
  const { key, alias, task } = rowKeys(scope, entry);
  const known = unremembered.find((one) => one === entry.known);
  const other = unremembered.find((one) => one === entry.alias);
  await pool.query(
    REMEMBER_UNRUN,
    [
      known && key,
      known?.layout,
      other && alias,
      other?.layout,
      other?.forgetAt,
      outcome === 'repeat' ? task : null,
      entry.place?.sequence,
      entry.place?.forgetAt,
      entry.now,
      known?.forgetAt,
    ].map((value) => value ?? null),
  );
}

async function list(client: PostgresQueryable, text: string, values: unknown[]): Promise<readonly Row[]> {
  const { rows } = await client.query(text, values);
  return rows as readonly Row[];
}
