import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '../free-port.ts';

export interface RedisServer {
  readonly version: string;
  readonly url: string;
  /** Forgets everything. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Redis as it is fastest: in memory only. Synced at each command, as BullMQ's own guide does not ask for, it would
 * wait for the disk as the others do. Throws, with a sentence for people, where there is none.
 */
export async function startRedis(folder: string): Promise<RedisServer> {
  await mkdir(folder);
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', [...args, '--maxmemory-policy', 'noeviction', '--dir', folder], {
    stdio: 'ignore',
  });
  server.on('error', () => undefined);
  await sleep(0);
  if (server.pid === undefined) throw new Error('The bench needs Redis: apt-get install redis-server.');
  const url = `redis://127.0.0.1:${port}`;
  const admin = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: 100 });
  admin.on('error', () => undefined);
  return {
    version: /redis_version:(\S+)/.exec(await admin.info('server'))?.[1] ?? 'unknown',
    url,
    async flush() {
      await admin.flushall();
    },
    async stop() {
      admin.disconnect();
      if (server.exitCode !== null) return;
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
    },
  };
}
