import { execFile } from 'node:child_process';
import { chown, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe } from 'vitest';

const run = promisify(execFile);
const installed = '/usr/lib/postgresql';

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
 * Where there are none, CI fails, since nobody would notice what it leaves out; elsewhere the suite is left out and
 * says so.
 */
async function startPostgres(suite: string): Promise<PostgresServer | undefined> {
  const given = process.env.DATABASE_URL;
  if (given !== undefined && given !== '') {
    return { url: given, crash: undefined, asStandby: undefined, stop: async () => {} };
  }
  const binaries = await findBinaries();
  if (binaries === undefined) {
    const reason = `DATABASE_URL is not set and ${installed} has no initdb`;
    if (process.env.CI) throw new Error(`${suite} cannot run: ${reason}`);
    process.stderr.write(`Left out: ${suite}, because ${reason}.\n`);
    return undefined;
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
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async crash() {
      await pgCtl('-m', 'immediate', 'stop');
      await start();
    },
    async asStandby(work) {
      await pgCtl('-m', 'fast', 'stop');
      await asOwner('touch', [join(data, 'standby.signal')]);
      await start();
      await work();
      await pgCtl('promote');
    },
    async stop() {
      await pgCtl('-m', 'immediate', 'stop');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A suite on a server of its own, which is stopped afterwards; left out where `startPostgres` finds none. */
export async function describeOnPostgres(
  name: string,
  suite: (server: PostgresServer) => void,
): Promise<void> {
  const server = await startPostgres(name);
  if (server === undefined) {
    describe.skip(name, () => {});
    return;
  }
  afterAll(() => server.stop());
  describe(name, () => suite(server));
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

/** A port of 127.0.0.1 that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
