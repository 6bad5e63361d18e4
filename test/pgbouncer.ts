import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { leftOut } from './left-out.ts';

const run = promisify(execFile);
const installed = '/usr/sbin/pgbouncer';

export interface PgBouncer {
  /** The address of the same database through the pooler. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * PgBouncer in transaction mode in front of a server: each transaction may run on another of its few connections. See
 * `leftOut` for where there is none.
 */
export async function startPgBouncer(suite: string, serverUrl: string): Promise<PgBouncer | undefined> {
  if (!(await stat(installed).catch(() => undefined))) return leftOut(suite, `there is no ${installed}`);
  const folder = await mkdtemp(join(tmpdir(), 'doorbell-pgbouncer-'));
  const server = new URL(serverUrl);
  const port = await freePort();
  const settings = join(folder, 'pgbouncer.ini');
  const password = server.password === '' ? '' : ` password=${decodeURIComponent(server.password)}`;
  await writeFile(
    settings,
    `[databases]
* = host=${server.hostname} port=${server.port || 5432} user=${decodeURIComponent(server.username)}${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 200
`,
  );
  // It refuses to run as root, so root hands it over to a user that can read this and nothing else.
  await chmod(folder, 0o755);
  const plain = [installed, '-q', settings];
  const [command = '', ...args] =
    process.getuid?.() === 0 ? ['runuser', '-u', 'nobody', '--', ...plain] : plain;
  const child = spawn(command, args, { stdio: 'ignore' });
  await answering(port, child);
  const url = new URL(serverUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.href,
    async stop() {
      const ended = once(child, 'close');
      // runuser passes the signal on.
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answering(port: number, child: ChildProcess): Promise<void> {
  while (!(await accepts(port))) {
    if (child.exitCode !== null) {
      const { stdout, stderr } = await run(installed, ['-V']).catch((error) => error);
      throw new Error(`PgBouncer ended with ${child.exitCode}: ${stdout}${stderr}`);
    }
    await sleep(20);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
