import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

import { freePort } from '../../../test/free-port.ts';
import { leftOut } from '../../../test/left-out.ts';

/** A database server for one test file. */
export interface RedisServer {
  readonly url: string;
  stop(): Promise<void>;
}

const PROGRAM = 'redis-server';

/**
 * Redis at REDIS_URL if that is set, else one started from the system's `redis-server`; undefined, with a printed
 * reason, where there is none.
 */
export async function startRedis(suite: string): Promise<RedisServer | undefined> {
  const given = process.env.REDIS_URL;
  if (given !== undefined && given !== '') return { url: given, stop: async () => {} };

  const folder = await mkdtemp(join(tmpdir(), 'doorbell-redis-'));
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  const server = spawn(PROGRAM, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));
  const started = await Promise.race([isReady(server.stdout), once(server, 'error').then(() => false)]);
  if (!started) {
    await rm(folder, { recursive: true, force: true });
    return leftOut(suite, `REDIS_URL is not set and ${PROGRAM} does not start`);
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      server.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function isReady(output: Readable): Promise<boolean> {
  return new Promise((resolve) => {
    let text = '';
    // Goes on reading to the end, so that the server never waits for someone to take its log.
    output.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('Ready to accept connections')) resolve(true);
    });
    output.once('end', () => resolve(false));
  });
}
