import pg, { type Client } from 'pg';
import type { Clock, Random, Wakeup } from '../ports.ts';
import { createInProcessWakeup } from './in-process.ts';

export interface PostgresWakeup extends Wakeup {
  /** Lets go of the connection. */
  close(): Promise<void>;
}

export interface PostgresWakeupOptions {
  readonly connectionString: string;
  /** `doorbell` unless given: the channel is named after it. */
  readonly schema?: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** A notification holds a lock that every other one in the cluster waits for, so there are few. */
const notifyEveryMs = 100;
const connectTimeoutMs = 10_000;
const reconnectMs = 500;
const reconnectMsMax = 30_000;

/**
 * Wakes this process at once, and those of other processes over a connection of its own: one NOTIFY each 100 ms at
 * most, in a transaction by itself. Whatever is wrong with the connection, hints are lost and nothing else.
 */
export function openPostgresWakeup(options: PostgresWakeupOptions): PostgresWakeup {
  const { clock, schema = 'doorbell' } = options;
  const local = createInProcessWakeup(clock);
  const closing = new AbortController();
  let connected: Client | null = null;
  let isHinted = false;
  let notifying: Promise<void> | null = null;

  async function keepConnected(): Promise<void> {
    let failures = 0;
    while (!closing.signal.aborted) {
      const client = await connect(options.connectionString);
      if (client === undefined || !(await listens(client, schema, local.wake))) {
        failures += 1;
      } else {
        failures = 0;
        connected = client;
        const ended = endOf(client, closing.signal);
        // What was hinted while nobody listened is found now instead of at the next poll.
        local.wake();
        await ended;
        connected = null;
      }
      await client?.end().catch(() => undefined);
      const backoffMs = Math.min(reconnectMsMax, reconnectMs * 2 ** failures);
      await clock.sleep(backoffMs * (0.5 + options.random() / 2), closing.signal);
    }
  }

  async function notify(): Promise<void> {
    while (isHinted && !closing.signal.aborted) {
      isHinted = false;
      await connected?.query(notification(schema)).catch(() => undefined);
      await clock.sleep(notifyEveryMs, closing.signal);
    }
    notifying = null;
  }

  const connecting = keepConnected();
  return {
    hint() {
      local.wake();
      isHinted = true;
      notifying ??= notify();
    },
    wake: local.wake,
    wait: local.wait,
    async close() {
      closing.abort();
      await Promise.all([connecting, notifying]);
    },
  };
}

async function connect(connectionString: string): Promise<Client | undefined> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: connectTimeoutMs,
  });
  // Its end is what counts; an error event that nobody listens to would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch {
    await client.end().catch(() => undefined);
    return undefined;
  }
}

/**
 * False when the server refuses, as a standby does: it may be the primary's name that has not moved on yet, so another
 * connection has to be made. Behind a pooler in transaction mode LISTEN would stay with a server connection that is soon
 * another client's, so it is left out where the connection is not the server's own: its key names another backend.
 */
async function listens(client: Client, schema: string, heard: () => void): Promise<boolean> {
  client.on('notification', heard);
  try {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const [backend] = rows;
    if (backend?.pid === processIdOf(client)) await client.query(`listen ${pg.escapeIdentifier(schema)}`);
    return true;
  } catch {
    return false;
  }
}

/** Not in the types of pg, though it has been there since its first version. */
function processIdOf(client: Client): number | null {
  return 'processID' in client && typeof client.processID === 'number' ? client.processID : null;
}

function endOf(client: Client, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    client.once('end', () => resolve());
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** One text, hence one transaction. Nobody waits for its commit to be synced: the lock is held for microseconds. */
function notification(schema: string): string {
  return `set local synchronous_commit = off; select pg_notify(${pg.escapeLiteral(schema)}, '')`;
}
