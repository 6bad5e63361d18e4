import { execFile } from 'node:child_process';
import { chown, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { leftOut } from './left-out.ts';

const run = promisify(execFile);
const installed = '/usr/lib/postgresql';
const startTriesMax = 40;
const startAgainMs = 500;

/** A database server for one test file. */
export interface PostgresServer {
  readonly url: string;
  /** Restarts a server that was started here as after a crash; undefined for one at DATABASE_URL. */
  readonly crash: (() => Promise<void>) | undefined;
  /** Runs `work` while the server is a standby, as it is before a failover; undefined for one at DATABASE_URL. */
  readonly asStandby: ((work: () => Promise<void>) => Promise<void>) | undefined;
  stop(): Promise<void>;
}

/**
 * PostgreSQL at DATABASE_URL if that is set, else one started from the system's binaries on an empty directory.
 * See `leftOut` for where there are none.
 */
export async function startPostgres(suite: string): Promise<PostgresServer | undefined> {
  const given = process.env.DATABASE_URL;
  if (given !== undefined && given !== '') {
    return { url: given, crash: undefined, asStandby: undefined, stop: async () => {} };
  }
  const binaries = await findBinaries();
  if (binaries === undefined) {
    return leftOut(suite, `DATABASE_URL is not set and ${installed} has no initdb`);
  }

  const folder = await mkdtemp(join(tmpdir(), 'doorbell-postgres-'));
  const asOwner = await ownerRunner(folder);
  const data = join(folder, 'data');
  const port = await freePort();
  const pgCtl = (...args: string[]) => asOwner(join(binaries, 'pg_ctl'), ['-D', data, '-s', '-w', ...args]);
  const options = `-p ${port} -h 127.0.0.1 -c unix_socket_directories=''`;
  const start = () => pgCtl('-l', join(folder, 'log'), '-o', options, 'start');
  await asOwner(join(binaries, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '-N']);
  await start();
  let crashing: Promise<void> = Promise.resolve();
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    crash() {
      // One after the other, whoever asks.
      crashing = crashing.then(async () => {
        await pgCtl('-m', 'immediate', 'stop');
        await insist(start);
      });
      return crashing;
    },
    async asStandby(work) {
      await pgCtl('-m', 'fast', 'stop');
      await asOwner('touch', [join(data, 'standby.signal')]);
      await start();
      try {
        await work();
      } finally {
        await pgCtl('promote');
      }
    },
    async stop() {
      await pgCtl('-m', 'immediate', 'stop');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A backend of before may still hold the shared memory, on a busy machine for seconds. */
async function insist(start: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await start();
      return;
    } catch (error) {
      if (tries === startTriesMax) throw error;
      await sleep(startAgainMs);
    }
  }
}

async function findBinaries(): Promise<string | undefined> {
  const versions = await readdir(installed).catch(() => []);
  const newestFirst = versions.sort((left, right) => Number(right) - Number(left));
  for (const version of newestFirst) {
    const binaries = join(installed, version, 'bin');
    if (await stat(join(binaries, 'initdb')).catch(() => undefined)) return binaries;
  }
  return undefined;
}

/** PostgreSQL refuses to run as root, so root hands the folder to the user that the package made. */
async function ownerRunner(
  folder: string,
): Promise<(command: string, args: readonly string[]) => Promise<unknown>> {
  if (process.getuid?.() !== 0) return (command, args) => run(command, args, { cwd: folder });
  const { stdout: uid } = await run('id', ['-u', 'postgres']);
  const { stdout: gid } = await run('id', ['-g', 'postgres']);
  await chown(folder, Number(uid), Number(gid));
  return (command, args) => run('runuser', ['-u', 'postgres', '--', command, ...args], { cwd: folder });
}
