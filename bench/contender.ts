import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { basename, join } from 'node:path';

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A process of its own, with a heap of its own, that runs one side of a comparison; see `contend`. */
export class Contender {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #asked = new Map<number, Asked>();
  #lastId = 0;

  /** `script` is relative to the folder of the bench. */
  constructor(script: string) {
    this.#name = basename(script);
    this.#child = fork(join(import.meta.dirname, script), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', (answer: Answer) => this.#receive(answer));
    this.#child.on('exit', (code, signal) => {
      for (const { reject } of this.#asked.values()) {
        reject(new Error(`${this.#name} ended by itself (${code ?? signal})`));
      }
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Rejects with the error of the contender, or when it ends without an answer. */
  ask<Value>(verb: string, input: unknown = null): Promise<Value> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise<Value>((resolve, reject) => {
      this.#asked.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#child.send({ id, verb, input });
    });
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  #receive({ id, value, error }: Answer): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (error === undefined) asked?.resolve(value);
    else asked?.reject(new Error(`${this.#name}: ${error}`));
  }
}

/** One question to a process that lives for nothing else. */
export async function askOnce<Value>(script: string, verb: string, input: unknown): Promise<Value> {
  const contender = new Contender(script);
  try {
    return await contender.ask<Value>(verb, input);
  } finally {
    await contender.end();
  }
}
