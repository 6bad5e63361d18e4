import { createHash } from 'node:crypto';
import pg, { type ClientBase, type PoolClient } from 'pg';

/** Runs statements. `Row` is what the text selects; bigint comes as a number, which ids and times fit into. */
export interface Session {
  rows<Row = never>(sql: string, ...parameters: readonly unknown[]): Promise<readonly Row[]>;
}

export interface Transaction extends Session {
  /** As `rows`, for the statements of every round: where the connection is the server's own they are planned once. */
  prepared<Row = never>(sql: string, ...parameters: readonly unknown[]): Promise<readonly Row[]>;
  /**
   * Commits behind what was sent, without waiting for its answers: one trip to the server for all of it. Nothing may
   * be sent afterwards, and whoever calls this waits for those answers, for what fails there undoes everything.
   */
  commit(): void;
}

export interface TransactionOptions {
  /**
   * 15 s unless given; 0 for no limit, of locks neither. A little later this side gives the connection up, should none
   * answer.
   */
  readonly statementTimeoutMs?: number;
  /**
   * Plans that walk indexes in nested loops, whatever the statistics say: a table that was empty when they were taken
   * has a million rows soon, and the fastest way through an empty one is a scan.
   */
  readonly byIndex?: boolean;
  /** As the server begins one by itself: on a standby it reads. */
  readonly isAlone?: boolean;
}

const statementTimeoutMsDefault = 15_000;
const idleTimeoutMs = 15_000;
/** What an answer may take beyond the time that the server has for it, and to say that it has none. */
const answerMarginMs = 5_000;

const byIndexSettings = `; set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off;
  set local enable_bitmapscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off;
  set local jit = off`;

const int8 = 20;
const types: pg.CustomTypesConfig = {
  getTypeParser: (id: number, format?: 'text' | 'binary') =>
    id === int8 ? Number : pg.types.getTypeParser(id, format),
} as pg.CustomTypesConfig;

/**
 * Limits and durability go with each transaction: behind PgBouncer in transaction mode there is no session to set
 * them in, and it refuses them as startup parameters. One text, so one round trip.
 */
function beginning({
  statementTimeoutMs = statementTimeoutMsDefault,
  byIndex,
  isAlone,
}: TransactionOptions): string {
  const lockSettings = statementTimeoutMs === 0 ? '; set local lock_timeout = 0' : '';
  return `begin${isAlone === true ? '' : ' isolation level read committed read write'};
  set local synchronous_commit = on; set local statement_timeout = ${statementTimeoutMs};
  set local idle_in_transaction_session_timeout = ${idleTimeoutMs}${lockSettings}${byIndex === true ? byIndexSettings : ''}`;
}

export function sessionOf(client: Pick<ClientBase, 'query'>, schema: string, answerTimeoutMs = 0): Session {
  return {
    rows: (sql, ...parameters) => ask(client, { text: inSchema(sql, schema), parameters, answerTimeoutMs }),
  };
}

/** Commits when `work` resolves; whoever calls this undoes everything when it rejects. */
export async function runTransaction<T>(
  client: PoolClient,
  { schema, isOwn, ...options }: TransactionOptions & { readonly schema: string; readonly isOwn: boolean },
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const { statementTimeoutMs = statementTimeoutMsDefault } = options;
  const answerTimeoutMs = statementTimeoutMs === 0 ? 0 : statementTimeoutMs + answerMarginMs;
  let last: Promise<unknown> = Promise.resolve();
  const send = <Row>(text: string, parameters: readonly unknown[] = [], name?: string) => {
    const question = { text, parameters, answerTimeoutMs, ...(name === undefined ? {} : { name }) };
    if (client.pipeline) return ask<Row>(client, question);
    const answer = last.then(() => ask<Row>(client, question));
    last = answer.catch(() => undefined);
    return answer;
  };
  let ending: Promise<unknown> | undefined;
  // Not waited for: where the driver sends what follows at once, that is one trip to the server less.
  const begun = send(beginning(options));
  begun.catch(() => undefined);
  const result = await work({
    rows: (sql, ...parameters) => send(inSchema(sql, schema), parameters),
    prepared(sql, ...parameters) {
      const text = inSchema(sql, schema);
      return send(text, parameters, isOwn ? nameOf(text) : undefined);
    },
    commit() {
      if (!client.pipeline) return;
      ending = send('commit');
      ending.catch(() => undefined);
    },
  });
  await begun;
  await (ending ?? send('commit'));
  return result;
}

/**
 * Behind a pooler in transaction mode the next statement may meet another server connection, which knows nothing of
 * what was prepared on this one. There the key that the client was given names another backend, or none.
 */
export async function isServersOwn(client: PoolClient): Promise<boolean> {
  const [backend] = await ask<{ pid: number }>(client, {
    text: 'select pg_backend_pid() as pid',
    parameters: [],
    answerTimeoutMs: answerMarginMs,
  });
  // Not in the types of pg, though it has been there since its first version.
  return 'processID' in client && client.processID === backend?.pid;
}

interface Question {
  readonly text: string;
  readonly parameters: readonly unknown[];
  readonly answerTimeoutMs: number;
  readonly name?: string;
}

async function ask<Row>(
  client: Pick<ClientBase, 'query'>,
  { text, parameters, answerTimeoutMs, name }: Question,
): Promise<readonly Row[]> {
  // A text without parameters may hold several statements; those answer with several results.
  const values = parameters.length === 0 ? {} : { values: parameters.map(storable) };
  const named = name === undefined ? {} : { name };
  // Of this one query, which the types of pg leave out: a server that is gone without a word never answers.
  const limited: object = answerTimeoutMs === 0 ? {} : { query_timeout: answerTimeoutMs };
  const result = await client.query({ text, types, ...values, ...named, ...limited });
  return (result.rows ?? []) as readonly Row[];
}

/** Text of PostgreSQL holds no NUL, which an endpoint may answer with: it is kept as U+FFFD, as `toRows` does. */
function storable(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
}

function inSchema(sql: string, schema: string): string {
  return schema === 'doorbell' ? sql : sql.replaceAll(/\bdoorbell(?=\.|$)/g, pg.escapeIdentifier(schema));
}

const names = new Map<string, string>();

/** By its text: two versions in one process, or two schemas, never mean different things by one name. */
function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `doorbell_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
  names.set(text, name);
  return name;
}
