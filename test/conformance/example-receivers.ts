import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, globSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Level } from '@doorbell/conformance';

import { type Started, type Subject, signKey } from './subject.ts';

/** examples/NAME/example.json: how a receiver in some language is built, started and judged. */
interface Example {
  readonly name: string;
  readonly language: string;
  /** Programs that have to be on the PATH. */
  readonly needs: readonly string[];
  /** Run once in the example's folder. */
  readonly build?: readonly string[];
  /** Run in the example's folder with PORT and SIGN_KEY set; it is ready once the port answers. */
  readonly start: readonly string[];
  /** Levels in which no case may fail. */
  readonly expects: Readonly<Partial<Record<Level, boolean>>>;
}

const root = resolve(import.meta.dirname, '../..');
const readyMs = 60_000;

export interface FoundExamples {
  readonly subjects: readonly Subject[];
  /** Examples whose runtime is not here, each with what it lacks. */
  readonly lacking: readonly { readonly name: string; readonly needs: string }[];
}

/** Every example of the repository; a new one needs no other registration than its file. */
export function findExamples(): FoundExamples {
  const subjects: Subject[] = [];
  const lacking: { name: string; needs: string }[] = [];
  for (const path of globSync('examples/*/example.json', { cwd: root }).sort()) {
    const folder = join(root, dirname(path));
    const example = JSON.parse(readFileSync(join(root, path), 'utf8')) as Example;
    const name = `examples/${basename(folder)}: ${example.name}`;
    const missing = example.needs.filter((program) => !isOnPath(program));
    if (missing.length > 0) lacking.push({ name, needs: missing.join(', ') });
    else subjects.push(toSubject(name, folder, example));
  }
  return { subjects, lacking };
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function toSubject(name: string, folder: string, example: Example): Subject {
  const levels: readonly Level[] = ['must', 'should', 'hardened'];
  return {
    name,
    kind: 'example',
    expects: { holds: levels.filter((level) => example.expects[level] === true) },
    start: () => startExample(folder, example),
  };
}

async function startExample(folder: string, { build, start }: Example): Promise<Started> {
  if (build !== undefined) {
    const [program = '', ...args] = build;
    const { status, stderr, error } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${build.join(' ')} failed: ${error?.message ?? stderr}`);
  }
  const port = await findFreePort();
  const [program = '', ...args] = start;
  // This very Node first: an older one may be in front of it.
  const path = `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`;
  const env = { ...process.env, PATH: path, PORT: String(port), SIGN_KEY: signKey };
  // A process group of its own: the command may be a shell or a launcher whose children have to end with it.
  const child = spawn(program, args, {
    cwd: folder,
    env,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(-2000);
  });
  const stop = (): Promise<void> => end(child);
  try {
    await waitForPort(port, child, () => complaint);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `http://127.0.0.1:${port}/`, stop };
}

function findFreePort(): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolvePort(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function waitForPort(port: number, child: ChildProcess, complaint: () => string): Promise<void> {
  const end = Date.now() + readyMs;
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`It ended with exit code ${child.exitCode}: ${complaint()}`);
    if (Date.now() > end) throw new Error(`Port ${port} does not answer after ${readyMs} ms: ${complaint()}`);
    await sleep(50);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolveAnswer) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolveAnswer(true);
    });
    socket.once('error', () => resolveAnswer(false));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolveEnd) => child.once('exit', resolveEnd));
  process.kill(-child.pid, 'SIGKILL');
  await ended;
}
