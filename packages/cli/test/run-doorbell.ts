import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const bin = fileURLToPath(new URL('../bin/doorbell.js', import.meta.url));

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is still running; killed at the end of the test if it has not ended by then. */
export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly lines: readonly string[];
  /** The first line of stdout, past or to come, that matches. Rejects when the command ends without one. */
  line(pattern: RegExp): Promise<string>;
  ended: Promise<Ended>;
}

/** Starts the real command in a process of its own, as a user would. */
export function startDoorbell(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [bin, ...args], { env: cleanEnvironment(env) });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const stdout = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const ended = once(child, 'close').then(([exitCode]) => ({ exitCode, stdout: lines.join('\n'), stderr }));
  const line = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = lines.find((text) => pattern.test(text));
        if (found !== undefined) resolve(found);
      };
      look();
      stdout.on('line', look);
      void ended.then((end) => reject(new Error(`It ended without ${pattern}: ${end.stdout} ${end.stderr}`)));
    });
  return { child, lines, line, ended };
}

/** Runs the real command to its end. */
export function runDoorbell(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const { child, ended } = startDoorbell(args, env);
  child.stdin.end();
  return ended;
}

/** What the shell of the person who runs the tests has set must not decide them. */
function cleanEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(DOORBELL_|FORCE_COLOR)/.test(name));
  return { ...Object.fromEntries(inherited), ...env };
}
