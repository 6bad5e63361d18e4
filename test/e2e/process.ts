import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const root = resolve(import.meta.dirname, '../..');
const doorbell = join(root, 'packages/cli/bin/doorbell.js');

export interface Started {
  readonly child: ChildProcess;
  /** The first line of standard output that matches. */
  readonly line: string;
  readonly url: string;
}

/** Runs the command as a user would, and resolves when it has said where it listens. */
export function startDoorbell(...args: string[]): Promise<Started> {
  return start([doorbell, ...args]);
}

/** Likewise, under another command and with more in its environment: what `wrap` ends with is run by it. */
export function startDoorbellAs(
  wrap: readonly string[],
  env: NodeJS.ProcessEnv,
  ...args: string[]
): Promise<Started> {
  return start([doorbell, ...args], wrap, env);
}

/** Runs a script of Node to its end; throws when that is not a good one. */
export async function runToEnd(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
}

/** `port` 0 lets the system choose. */
export function startIndependentReceiver(signKey: string, answerAfterMs: number, port = 0): Promise<Started> {
  const script = join(import.meta.dirname, 'independent-receiver.mjs');
  return start([script, signKey, String(answerAfterMs), String(port)]);
}

/** Waits for a condition of other processes; there is nothing here that could tell us when it holds. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('The condition did not come to hold within 60 s.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function start(
  args: readonly string[],
  wrap: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Started> {
  const [command = process.execPath, ...rest] = [...wrap, process.execPath, ...args];
  const child = spawn(command, rest, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const errors: string[] = [];
  child.stderr.on('data', (chunk) => errors.push(String(chunk)));
  const line = await new Promise<string>((found, failed) => {
    createInterface({ input: child.stdout }).on('line', (text) => {
      if (/https?:\/\/127\.0\.0\.1:\d+/.test(text)) found(text);
    });
    child.once('exit', (code) =>
      failed(new Error(`${args.join(' ')} ended with ${code}: ${errors.join('')}`)),
    );
  });
  const url = /https?:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? '';
  return { child, line, url };
}

/** SIGKILL by default: nothing of the process gets to say goodbye. */
export async function end({ child }: Started, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

/** Runs the command to its end. */
export async function runDoorbell(
  ...args: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [doorbell, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}
