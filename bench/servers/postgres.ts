import { execFile } from 'node:child_process';
import { chown, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from '../free-port.ts';

const run = promisify(execFile);
const installed = '/usr/lib/postgresql';

export interface PostgresServer {
  readonly version: string;
  /** A database that nobody else uses; with `from`, a copy of another one that nobody is connected to. */
  newDatabase(from?: string): Promise<string>;
  dropDatabase(url: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * What every guide changes before anything else, for everybody alike: memory for pages, and checkpoints that do not
 * follow each other. Syncing stays as it comes: on, at each commit.
 */
const settings = {
  shared_buffers: '1GB',
  max_wal_size: '8GB',
  checkpoint_timeout: '15min',
  max_connections: '300',
  unix_socket_directories: '',
} as const;

/** Starts the system's PostgreSQL on an empty folder. Throws, with a sentence for people, where there is none. */
export async function startPostgres(folder: string): Promise<PostgresServer> {
  const binaries = await findBinaries();
  await mkdir(folder);
  const asOwner = await ownerRunner(folder);
  const data = join(folder, 'data');
  const port = await freePort();
  await asOwner(join(binaries, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '-N']);
  const pgCtl = (...args: string[]) => asOwner(join(binaries, 'pg_ctl'), ['-D', data, '-s', '-w', ...args]);
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`);
  await pgCtl('-l', join(folder, 'log'), '-o', `-p ${port} -h 127.0.0.1 ${options.join(' ')}`, 'start');

  const server = `postgres://postgres@127.0.0.1:${port}`;
  const admin = new pg.Client({ connectionString: `${server}/postgres` });
  admin.on('error', () => undefined);
  await admin.connect();
  const { rows } = await admin.query<{ server_version: string }>('show server_version');
  let databases = 0;
  return {
    version: rows[0]?.server_version ?? 'unknown',
    async newDatabase(from) {
      databases += 1;
      const template = from === undefined ? '' : ` template ${nameOf(from)} strategy file_copy`;
      await admin.query(`create database bench_${databases}${template}`);
      return `${server}/bench_${databases}`;
    },
    async dropDatabase(url) {
      await admin.query(`drop database ${nameOf(url)} with (force)`);
    },
    async stop() {
      await admin.end();
      await pgCtl('-m', 'immediate', 'stop');
    },
  };
}

function nameOf(url: string): string {
  return new URL(url).pathname.slice(1);
}

async function findBinaries(): Promise<string> {
  const versions = await readdir(installed).catch(() => []);
  for (const version of versions.sort((left, right) => Number(right) - Number(left))) {
    const binaries = join(installed, version, 'bin');
    if (await stat(join(binaries, 'initdb')).catch(() => undefined)) return binaries;
  }
  throw new Error(`The bench needs PostgreSQL: ${installed} has no initdb (apt-get install postgresql).`);
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
