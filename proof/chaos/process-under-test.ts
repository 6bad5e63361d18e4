import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Life, Span, Stop } from './doubt.ts';

export interface Command {
  /** Of the process, in all its lives: `worker-1`, `api`. */
  readonly name: string;
  /** As a report says it: `a worker`. */
  readonly title: string;
  /** What node runs, for a life of this name. */
  readonly args: (life: string) => readonly string[];
  readonly environment: (life: string) => Readonly<Record<string, string>>;
}

export interface LifeRecord extends Life {
  readonly startedAt: number;
  killed: Span | null;
  readonly stops: Stop[];
}

export interface OwnEnd {
  readonly life: string;
  readonly lived: Span;
  /** null after a signal. */
  readonly code: number | null;
  readonly lastWords: string;
}

const startAgainMs = 300;
const errorsKept = 2_000;
/** What the kernel needs to deliver a signal. */
const signalMs = 20;

/** One process of Doorbell, which a supervisor starts again whenever it has ended, and everything done to it. */
export class ProcessUnderTest {
  readonly name: string;
  readonly title: string;
  readonly lives: LifeRecord[] = [];
  /** Ends that nobody asked for. */
  readonly ownEnds: OwnEnd[] = [];
  readonly #command: Command;
  #child: ChildProcess | undefined;
  #isStopped = false;
  #isWanted = true;

  constructor(command: Command) {
    this.name = command.name;
    this.title = command.title;
    this.#command = command;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && !this.#isStopped;
  }

  get life(): LifeRecord | undefined {
    return this.lives.at(-1);
  }

  start(): void {
    const name = `${this.name}.${this.lives.length + 1}`;
    const life: LifeRecord = { name, startedAt: Date.now(), killed: null, stops: [] };
    this.lives.push(life);
    const env = { ...process.env, ...this.#command.environment(life.name) };
    const child = spawn(process.execPath, this.#command.args(life.name), {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let lastWords = '';
    child.stderr.on('data', (chunk: Buffer) => {
      lastWords = (lastWords + chunk.toString('utf8')).slice(-errorsKept);
    });
    this.#child = child;
    child.once('close', (code) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      if (life.killed === null && (this.#isWanted || code !== 0)) {
        const lived = { from: life.startedAt, to: Date.now() };
        this.ownEnds.push({ life: life.name, lived, code, lastWords: lastWords.trim() });
      }
      void this.#startAgain();
    });
  }

  /** SIGKILL; the supervisor starts it again. */
  async kill(): Promise<void> {
    const { life } = this;
    const child = this.#child;
    if (child === undefined || life === undefined || !this.isRunning) return;
    const from = Date.now();
    life.killed = { from, to: Number.MAX_SAFE_INTEGER };
    child.kill('SIGKILL');
    await once(child, 'exit');
    life.killed = { from, to: Date.now() };
  }

  /** SIGSTOP for so long, then SIGCONT. `meanwhile` runs once it stands still. */
  async stop(ms: number, isTooLong: boolean, meanwhile: (life: string) => Promise<void>): Promise<void> {
    const { life } = this;
    const child = this.#child;
    if (child === undefined || life === undefined || !this.isRunning) return;
    this.#isStopped = true;
    const from = Date.now();
    child.kill('SIGSTOP');
    await sleep(signalMs);
    // Never slept short: what runs meanwhile may take long by itself.
    await Promise.all([sleep(ms), meanwhile(life.name)]);
    life.stops.push({ from, to: Date.now(), isTooLong });
    child.kill('SIGCONT');
    this.#isStopped = false;
  }

  /** SIGTERM, as an operator ends it: resolves with the exit code when all that was in flight is settled. */
  async end(): Promise<number | null> {
    this.#isWanted = false;
    const child = this.#child;
    if (child === undefined) return 0;
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    const [code] = (await closed) as [number | null];
    return code;
  }

  /** Leaves nothing behind, stopped or not. */
  destroy(): void {
    this.#isWanted = false;
    this.#child?.kill('SIGKILL');
  }

  async #startAgain(): Promise<void> {
    await sleep(startAgainMs);
    if (this.#isWanted) this.start();
  }
}
