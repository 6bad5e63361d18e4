import pg from 'pg';
import { Engine } from '../src/engine.ts';
import { openPostgresStore, openPostgresWakeup } from '../src/stores/postgres/index.ts';
import { systemClock } from '../src/system.ts';
import { answering, ScriptedTransport } from '../src/testing/scripted-transport.ts';
import { seededRandom } from '../src/testing/seeded-random.ts';
import { World } from '../src/testing/store-contract/world.ts';
import { type PostgresUnderTest, testVault } from './postgres-test-store.ts';

interface Load {
  /** What the engines connect to. */
  readonly url: string;
  readonly engines: number;
  readonly endpoints: number;
  readonly tasks: number;
  readonly changesEach: number;
}

export interface Delivered {
  /** Sequences in the order of sending, for each task and endpoint. */
  readonly sent: ReadonlyMap<string, readonly number[]>;
  readonly failures: readonly unknown[];
  /** Messages to the server that had to be answered before the next one. */
  readonly roundTrips: number;
}

const states = [9_000, 10_000, 20_000, 30_000];

/** Records a load, and lets real engines on the machine's clock deliver all of it to endpoints that accept at once. */
export async function deliverAll(subject: PostgresUnderTest, load: Load): Promise<Delivered> {
  const world = new World(subject);
  await world.customer();
  for (let index = 1; index <= load.endpoints; index += 1)
    await world.endpoint(`e${index}`, { inFlightMax: 128 });
  for (const state of states.slice(0, load.changesEach)) {
    const tasks = Array.from({ length: load.tasks }, (_, index) => world.change(`t${index}`, state));
    for (let from = 0; from < tasks.length; from += 500)
      await world.store.append(tasks.slice(from, from + 500));
  }
  const sent = new Map<string, number[]>();
  const transport = new ScriptedTransport((request) => {
    const [task = '', sequence] = (request.headers['webhook-id'] ?? '').split('.');
    const lane = `${request.endpointId}/${task}`;
    sent.set(lane, [...(sent.get(lane) ?? []), Number(sequence)]);
    return answering(200);
  });
  const failures: unknown[] = [];
  const counted = { roundTrips: 0 };
  const all = Promise.withResolvers<void>();
  let left = load.tasks * load.changesEach * load.endpoints;
  const observer = {
    settled: () => {
      left -= 1;
      if (left === 0) all.resolve();
    },
    failed: (doing: string, error: unknown) => failures.push([doing, error]),
  };
  const stop = new AbortController();
  const engines = await Promise.all(
    Array.from({ length: load.engines }, async (_, index) => {
      const pool = countingPool(load.url, counted);
      const store = await openPostgresStore({ pool, schema: subject.schema, vault: testVault });
      const wakeup = openPostgresWakeup({
        connectionString: load.url,
        schema: subject.schema,
        clock: systemClock,
        random: seededRandom(index),
      });
      const engine = new Engine({
        store,
        transport,
        clock: systemClock,
        wakeup,
        random: () => 0.5,
        observer,
      });
      const running = engine.run(stop.signal);
      return async () => {
        await running;
        await wakeup.close();
        await pool.end();
      };
    }),
  );
  await all.promise;
  stop.abort();
  for (const end of engines) await end();
  return { sent, failures, roundTrips: counted.roundTrips };
}

function countingPool(connectionString: string, counted: { roundTrips: number }): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 10 });
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...values: unknown[]) => unknown;
    Object.assign(client, {
      query: (...values: unknown[]) => {
        counted.roundTrips += 1;
        return query(...values);
      },
    });
  });
  return pool;
}
