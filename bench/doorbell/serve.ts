import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);
const command = join(import.meta.dirname, '../../packages/cli/bin/doorbell.js');

/** `doorbell serve` as a user starts it: the built command, with the settings it comes with. */
export interface ServedDoorbell {
  readonly url: string;
  readonly pid: number;
  /** From the start of the process to the first 200 of /readyz. */
  readonly readyMs: number;
  stop(): Promise<void>;
}

export interface ServeOptions {
  /** Folder of the embedded database and of the key file; left out when DATABASE_URL names another one. */
  readonly data?: string;
  /** Only tests and benches have endpoints on the machine itself. */
  readonly arguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export async function serveDoorbell(options: ServeOptions): Promise<ServedDoorbell> {
  const startedAt = performance.now();
  const given = [...dataOf(options), '--port', '0', '--json', '--allow-network', '127.0.0.0/8'];
  // By its own first line, with the Node that runs the bench.
  const child = spawn(command, ['serve', ...given, ...(options.arguments ?? [])], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      ...process.env,
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      ...options.environment,
    },
  });
  const url = await listeningAt(child);
  while ((await statusOf(`${url}/readyz`)) !== 200);
  const readyMs = performance.now() - startedAt;
  return {
    url,
    pid: child.pid ?? 0,
    readyMs,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Made by the command, as an operator makes one. */
export async function createApiKey(options: ServeOptions): Promise<string> {
  const { stdout } = await run(process.execPath, [command, 'keys', 'create', ...dataOf(options), '--json'], {
    env: { ...process.env, ...options.environment },
  });
  return (JSON.parse(stdout) as { key: string }).key;
}

function dataOf({ data }: ServeOptions): readonly string[] {
  return data === undefined ? [] : ['--data', data];
}

/** Throws for every answer but a success. */
export async function callApi(
  url: string,
  apiKey: string,
  method: 'PUT' | 'POST',
  path: string,
  body: unknown,
): Promise<void> {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}

function listeningAt(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { event, url } = JSON.parse(line) as { event: string; url: string };
      if (event === 'listening') resolve(url);
    });
    child.once('exit', (code) => reject(new Error(`doorbell serve ended with ${code}; is it built?`)));
  });
}

function statusOf(url: string): Promise<number> {
  return fetch(url).then(
    async (response) => {
      await response.arrayBuffer();
      return response.status;
    },
    () => 0,
  );
}
