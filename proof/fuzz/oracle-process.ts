import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Input } from './fuzz-target.ts';

/** Thrown when there is no second opinion to be had. */
export class NoOracle extends Error {}

/** Throws `NoOracle` with a sentence when Python is not there. */
export function checkOracle(): void {
  if (spawnSync('python3', ['--version']).status === 0) return;
  throw new NoOracle('python3 is not installed; it runs the second implementation.');
}

/** A Python process that answers batches, in order. Close it, or it lives on. */
export class OracleProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  #waiting: { readonly count: number; readonly resolve: (lines: readonly string[]) => void } | undefined;
  #text = '';
  readonly #failure: Promise<never>;

  constructor(judge: string) {
    const script = join(import.meta.dirname, 'oracle', 'oracle.py');
    // -S and -E: nothing of this machine's Python but its standard library. -B leaves no cache behind.
    this.#child = spawn('python3', ['-BSE', script, judge], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#failure = new Promise((_, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', (code) => reject(new NoOracle(`The oracle ended with ${code}.`)));
      this.#child.stdin.on('error', () => undefined);
    });
    this.#failure.catch(() => undefined);
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => this.#take(text));
  }

  /** One answer for each input. Wait for it before the next. */
  ask(inputs: readonly Input[]): Promise<readonly string[]> {
    const answered = new Promise<readonly string[]>((resolve) => {
      this.#waiting = { count: inputs.length, resolve };
    });
    this.#child.stdin.write(framed(inputs));
    return Promise.race([answered, this.#failure]);
  }

  close(): void {
    this.#child.removeAllListeners('close');
    this.#child.kill();
  }

  /** At most one batch is out at a time, so a batch is whole when it has all its lines. */
  #take(text: string): void {
    this.#text += text;
    if (!text.endsWith('\n')) return;
    const lines = this.#text.split('\n');
    const waiting = this.#waiting;
    if (waiting === undefined || lines.length <= waiting.count) return;
    this.#waiting = undefined;
    this.#text = '';
    waiting.resolve(lines.slice(0, waiting.count));
  }
}

function framed(inputs: readonly Input[]): Buffer {
  const pieces: Buffer[] = [];
  let length = 0;
  const add = (piece: Buffer) => {
    pieces.push(piece);
    length += piece.length;
  };
  for (const input of inputs) {
    const head = Buffer.allocUnsafe(2);
    head.writeUInt16BE(input.length);
    add(head);
    for (const part of input) {
      const size = Buffer.allocUnsafe(4);
      size.writeUInt32BE(part.length);
      add(size);
      add(part);
    }
  }
  const head = Buffer.allocUnsafe(4);
  head.writeUInt32BE(length);
  return Buffer.concat([head, ...pieces]);
}
