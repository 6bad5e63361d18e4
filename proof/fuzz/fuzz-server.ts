import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNetworkPolicy, createVault, Engine, scopes } from '@doorbell/engine';
import { createHttpTransport } from '@doorbell/engine/http';
import { openSqliteStore } from '@doorbell/engine/sqlite';
import { createInProcessWakeup, systemClock } from '@doorbell/engine/system';
import { createApp, createHeldReadings, createMetrics, mintApiKey } from '@doorbell/server';
import { pino } from 'pino';
import { Tail } from '../../packages/server/src/tail.ts';
import { keptForm, readCorpus } from './corpus.ts';
import { type FuzzTally, type FuzzTask, findingsMax, inputOf } from './fuzz-run.ts';
import type { Input } from './fuzz-target.ts';
import { OracleProcess } from './oracle-process.ts';
import { asciiJson } from './seeds.ts';
import { bodyTarget, changeParts } from './targets/body.ts';

const batchSize = 500;

/** The same bodies through HTTP, routes and the database: what is accepted is looked up, and must be what was sent. */
export async function fuzzServer(task: FuzzTask, onBatch: (done: number) => void): Promise<FuzzTally> {
  const server = await openServer();
  const oracle = new OracleProcess(bodyTarget.oracle);
  const tally: FuzzTally = { inputs: 0, corpus: 0, accepted: 0, undecided: 0, findings: [] };
  const judge = task.sabotage ? judgeBlindly : judgeAnswer;
  try {
    const corpus = task.only === null ? readCorpus(bodyTarget.name) : [];
    tally.corpus = corpus.length;
    await post(corpus, null);
    const first = task.only ?? 0;
    const end = task.only === null ? task.inputs : task.only + 1;
    for (let from = first; from < end && tally.findings.length < findingsMax; from += batchSize) {
      const numbers = Array.from({ length: Math.min(batchSize, end - from) }, (_, index) => from + index);
      await post(
        numbers.map((number) => inputOf(bodyTarget, task.seed, number)),
        from,
      );
      onBatch(tally.inputs);
    }
    return tally;
  } finally {
    oracle.close();
    await server.close();
  }

  async function post(batch: readonly Input[], from: number | null): Promise<void> {
    const theirs = batch.length === 0 ? [] : await oracle.ask(batch);
    for (const [index, input] of batch.entries()) {
      const answer = await server.post(input[0] ?? Buffer.alloc(0));
      tally.inputs += 1;
      if (answer.status === 202) tally.accepted += 1;
      const fault = await judge(server, answer, theirs[index] ?? '');
      if (fault === undefined || tally.findings.length >= findingsMax) continue;
      const which = from === null ? '--requests 0' : `--only ${from + index}`;
      const again = `npm run fuzz -- --target server --seed ${task.seed} ${which}`;
      tally.findings.push(`server: ${fault}\n  sent: ${keptForm(input, fault)}\n  again: ${again}`);
    }
  }
}

interface ServerUnderTest {
  post(body: Buffer): Promise<Answer>;
  /** What is stored at a place of the ledger, in the words of the oracle. */
  stored(customerId: string, houseTaskId: string, sequence: number): Promise<unknown>;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function openServer(): Promise<ServerUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'doorbell-fuzz-'));
  const clock = systemClock;
  const logger = pino({ level: 'silent' });
  const vault = createVault(randomBytes(32), randomBytes);
  const store = openSqliteStore({ path: join(folder, 'doorbell.db'), vault, clock, synchronous: 'OFF' });
  const policy = createNetworkPolicy({ allowNetworks: [] });
  const transport = createHttpTransport({ policy, userAgent: 'Doorbell/fuzz' });
  const wakeup = createInProcessWakeup(clock);
  // Nothing is delivered: the engine never runs.
  const observer = { settled: () => undefined, failed: () => undefined };
  const engine = new Engine({ store, transport, clock, wakeup, random: () => 0.5, observer });
  const app = await createApp({
    engine,
    admin: store,
    readings: createHeldReadings({ admin: store, clock }),
    testAlertChannel: () => Promise.reject(new Error('Nothing is sent.')),
    database: { isShared: false, isWritable: async () => true },
    roles: ['api'],
    consoleDirectory: join(folder, 'console'),
    setupToken: null,
    trustedProxies: [],
    tail: new Tail(),
    connect: transport.connect.bind(transport),
    policy,
    clock,
    randomBytes,
    metrics: createMetrics(),
    logger,
  });
  const { key, record } = mintApiKey({ name: 'fuzz', scopes }, clock.now(), randomBytes);
  await store.putApiKey(record);
  for (const id of ['acme', 'other']) await store.putCustomer({ id, name: id, onIllegalTransition: 'flag' });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  return {
    async post(payload) {
      const { statusCode, body } = await app.inject({
        method: 'POST',
        url: '/v1/state-changes',
        headers,
        payload,
      });
      return { status: statusCode, text: body };
    },
    async stored(customerId, houseTaskId, sequence) {
      const [task] = await store.findTasks(houseTaskId, customerId);
      const change = task?.changes.find((each) => each.sequence === sequence);
      return change === undefined ? undefined : changeParts(change);
    },
    async close() {
      await app.close();
      await transport.close();
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A sentence about what is wrong, if anything is. */
async function judgeAnswer(
  server: ServerUnderTest,
  { status, text }: Answer,
  oracle: string,
): Promise<string | undefined> {
  if (!oracle.startsWith('A'))
    return status === 400 ? undefined : `answered ${status} where the oracle refuses: ${text}`;
  const wanted = JSON.parse(oracle.slice(1)) as readonly (readonly unknown[])[];
  const hasEvents = wanted.some((parts) => parts.at(-1) !== null);
  const isUnknown = wanted.some(([customerId]) => customerId !== 'acme' && customerId !== 'other');
  if (isUnknown || (status === 409 && hasEvents)) {
    return status === 404 || status === 409
      ? undefined
      : `answered ${status} for a customer that there is not`;
  }
  if (status !== 202) return `answered ${status} where the oracle accepts: ${text}`;
  const answered = [JSON.parse(text)].flat() as readonly { readonly sequence: number }[];
  for (const [index, parts] of wanted.entries()) {
    const sequence = answered[index]?.sequence ?? 0;
    const stored = await server.stored(String(parts[0]), String(parts[1]), sequence);
    if (asciiJson(stored) !== asciiJson(parts)) return `stored ${asciiJson(stored)} for ${asciiJson(parts)}`;
  }
  return undefined;
}

/** The planted bug of the proof itself: whatever the server refuses is held against it. */
async function judgeBlindly(
  server: ServerUnderTest,
  answer: Answer,
  oracle: string,
): Promise<string | undefined> {
  return judgeAnswer(server, { ...answer, status: answer.status === 400 ? 500 : answer.status }, oracle);
}
