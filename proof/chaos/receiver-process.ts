import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Arrival, End } from './oracle.ts';

export interface ReceiverSettings {
  readonly seed: number;
  readonly signKey: string;
  readonly endpoints: number;
  readonly lies: boolean;
  readonly slowOf1000: number;
}

type ArrivedLine = Omit<Arrival, 'end'> & { readonly id: number; readonly manner: string };
type EndedLine = End & { readonly id: number };

/** The receiver's process and everything that it has told so far. */
export class ReceiverProcess {
  /** One for each endpoint, in order: e1, e2, ... */
  urls: readonly string[] = [];
  readonly #child: ChildProcess;
  readonly #arrived = new Map<number, ArrivedLine>();
  readonly #ended = new Map<number, EndedLine>();

  constructor(settings: ReceiverSettings) {
    const script = join(import.meta.dirname, 'receiver.ts');
    this.#child = spawn(process.execPath, [script, JSON.stringify(settings)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
  }

  /** Resolves when all endpoints listen. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const { stdout } = this.#child;
      if (stdout === null) throw new Error('The receiver has no standard output.');
      createInterface({ input: stdout }).on('line', (line) => {
        const told = JSON.parse(line) as { ports?: number[]; arrived?: ArrivedLine; ended?: EndedLine };
        if (told.arrived) this.#arrived.set(told.arrived.id, told.arrived);
        if (told.ended) this.#ended.set(told.ended.id, told.ended);
        if (told.ports === undefined) return;
        this.urls = told.ports.map((port) => `http://127.0.0.1:${port}/`);
        resolve();
      });
      this.#child.once('exit', (code) => reject(new Error(`The receiver ended with ${code}.`)));
    });
  }

  get arrivedCount(): number {
    return this.#arrived.size;
  }

  /** Closes the port of an endpoint for a while. */
  goAway(endpoint: number, ms: number): void {
    this.#child.stdin?.write(`${JSON.stringify({ away: { endpoint, ms } })}\n`);
  }

  /** One without an end is one whose sender or receiver ended first. */
  arrivals(): readonly Arrival[] {
    const never: End = { order: Number.MAX_SAFE_INTEGER, at: Date.now(), answer: 'retry', isComplete: false };
    return [...this.#arrived.values()].map((line) => ({ ...line, end: this.#ended.get(line.id) ?? never }));
  }

  /** How many arrivals were dealt with in each manner. */
  manners(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { manner } of this.#arrived.values()) counts.set(manner, (counts.get(manner) ?? 0) + 1);
    return counts;
  }

  /** Resolves when it has told everything. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.stdin?.end();
    await closed;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
