import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { migratePostgres } from '../../packages/engine/src/stores/postgres/index.ts';
import { answer, type RawEndpoint, startRawEndpoint } from '../../packages/engine/test/raw-endpoint.ts';
import { describeOnPostgres } from '../describe-on-postgres.ts';

vi.setConfig({ testTimeout: 120_000 });

/** Where the process is killed, and whether the endpoint may then see a notification twice. */
const steps = [
  ['before the commit of an append', 'never twice', 'before-commit'],
  ['after the commit, before its answer', 'never twice', 'after-commit'],
  ['after a claim', 'never twice', 'after-claim'],
  ['when a connection is there', 'never twice', 'after-connect'],
  ['when the request has arrived', 'perhaps twice', 'after-body'],
  ['when the answer was written', 'perhaps twice', 'after-response'],
  ['before a settlement', 'perhaps twice', 'before-settle'],
  ['after a settlement', 'perhaps twice', 'after-settle'],
] as const;

type Step = (typeof steps)[number][2] | 'none';

/** The endpoint, which sees each arrival and can kill the sender at a moment that only it knows. */
class Receiver {
  readonly arrivals: string[] = [];
  sender: ChildProcess | undefined;
  step: Step = 'none';
  raw!: RawEndpoint;

  async start(): Promise<void> {
    this.raw = await startRawEndpoint({
      onConnection: (socket) => {
        // Unread: a busy machine may accept when the request has come already, and it has not been seen by anyone.
        if (this.step === 'after-connect') socket.destroy();
        this.#killAt('after-connect');
      },
      onRequest: (socket, request) => {
        this.arrivals.push(/webhook-id: (\S+)/i.exec(request)?.[1] ?? request);
        if (this.#killAt('after-body')) return;
        socket.write(answer(), () => this.#killAt('after-response'));
      },
    });
  }

  #killAt(step: Step): boolean {
    return this.step === step && (this.sender?.kill('SIGKILL') ?? false);
  }
}

let receiver: Receiver;
beforeEach(async () => {
  receiver = new Receiver();
  await receiver.start();
});
afterEach(() => receiver.raw.close());

/** Runs the sender to its end, by itself or by a kill; returns what it printed. */
async function send(database: string, step: Step): Promise<{ printed: string; signal: string | null }> {
  const script = join(import.meta.dirname, 'doomed-sender.ts');
  const args = ['--conditions=doorbell-source', script, database, receiver.raw.url, step];
  const sender = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  receiver.sender = sender;
  receiver.step = step;
  let printed = '';
  sender.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  const [, signal] = await once(sender, 'close');
  return { printed, signal };
}

function judge(twice: 'never twice' | 'perhaps twice'): void {
  const firsts = [...new Set(receiver.arrivals)];
  for (const task of ['t1', 't2']) {
    const inOrder = firsts.filter((id) => id.startsWith(`${task}.`));
    expect(inOrder, 'none lost, none overtaken').toEqual([1, 2, 3].map((sequence) => `${task}.${sequence}`));
  }
  const repeats = receiver.arrivals.length - firsts.length;
  // Two tasks have at most one request each in flight when the process dies.
  expect(repeats).toBeLessThanOrEqual(twice === 'never twice' ? 0 : 2);
}

async function killAndGoOn(database: string, step: Step, endLeases: () => Promise<unknown>): Promise<void> {
  const killed = await send(database, step);
  expect(killed.signal).toBe('SIGKILL');
  await endLeases();
  const next = await send(database, 'none');
  expect(next).toEqual({ printed: 'acknowledged\ndelivered\n', signal: null });
}

describe('a sender on the embedded database that is killed with kill -9', () => {
  it.each(steps)('%s loses nothing, and sends a change %s', async (_when, twice, step) => {
    const folder = await mkdtemp(join(tmpdir(), 'doorbell-doomed-'));
    try {
      await killAndGoOn(join(folder, 'doorbell.db'), step, async () => {});
      judge(twice);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

await describeOnPostgres('a sender on PostgreSQL that is killed with kill -9', (server) => {
  const pool = new pg.Pool({ connectionString: server.url, max: 1 });
  pool.on('error', () => {});
  afterAll(() => pool.end());
  beforeEach(async () => {
    await pool.query('drop schema if exists doorbell cascade');
    await migratePostgres({ pool });
  });

  it.each(steps)('%s loses nothing, and sends a change %s', async (_when, twice, step) => {
    // Nobody else holds a lease here, and 45 s of waiting would prove no more.
    const endLeases = () => pool.query('update doorbell.lane set lease_until = 1 where lease_until > 1');
    await killAndGoOn(server.url, step, endLeases);
    judge(twice);
  });
});
