import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { DiskEvent } from './disk.ts';

/** Thrown when no system call can be watched here: without that there is no proof. */
export class CannotTrace extends Error {}

/** What the process did, in order: to the disk, or a line that it wrote to its log of acknowledgements. */
export type TraceEvent = DiskEvent | { readonly kind: 'said'; readonly line: string };

export interface Traced {
  readonly folder: string;
  /** Names in the folder whose bytes matter. */
  readonly files: readonly string[];
  /** The name in the folder that the process appends its lines to. */
  readonly log: string;
}

const calls =
  'openat,open,creat,write,pwrite64,writev,pwritev,pwritev2,fsync,fdatasync,sync_file_range,msync,ftruncate,fallocate,unlink,unlinkat,rename,renameat,renameat2,link';
/** Longer than any single write. */
const stringBytesMax = 16 * 1024 * 1024;

/** Runs a command under strace, which writes down every change it makes to the files. Throws `CannotTrace`. */
export async function runTraced(
  { folder, files, log }: Traced,
  command: readonly string[],
  traceFile: string,
): Promise<void> {
  const paths = ['', ...files, log].flatMap((name) => ['-P', name === '' ? folder : `${folder}/${name}`]);
  const strace = ['-f', '-qq', '-y', '-xx', '-s', String(stringBytesMax), '-e', `trace=${calls}`];
  const child = spawn('strace', [...strace, ...paths, '-o', traceFile, '--', ...command], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', () => reject(new CannotTrace('strace is not installed; it is what watches the disk.')));
    child.on('close', resolve);
  });
  if (code === 0) return;
  if (/ptrace|PTRACE|Operation not permitted/.test(said)) {
    throw new CannotTrace(`strace may not watch a process here: ${said.trim()}`);
  }
  throw new Error(`The workload ended with ${code}: ${said.trim()}`);
}

/** Reads a trace of `runTraced`. Throws for a call that it cannot replay: a guess would prove nothing. */
export async function readTrace(traceFile: string, traced: Traced): Promise<readonly TraceEvent[]> {
  const parser = new TraceParser(traced);
  for await (const line of createInterface({ input: createReadStream(traceFile) })) parser.read(line);
  return parser.events;
}

const unfinished = ' <unfinished ...>';

export class TraceParser {
  readonly events: TraceEvent[] = [];
  /** Names by path as strace writes it: every byte as \xNN. */
  readonly #names: ReadonlyMap<string, string>;
  readonly #folder: string;
  readonly #log: string;
  readonly #begun = new Map<string, string>();

  constructor({ folder, files, log }: Traced) {
    this.#folder = inHex(folder);
    this.#log = log;
    this.#names = new Map([...files, log].map((name) => [inHex(`${folder}/${name}`), name]));
  }

  read(line: string): void {
    const space = line.indexOf(' ');
    const thread = line.slice(0, space);
    let call = line.slice(space + 1).trimStart();
    if (call.endsWith(unfinished)) {
      this.#begun.set(thread, call.slice(0, -unfinished.length));
      return;
    }
    if (call.startsWith('<... ')) {
      call = (this.#begun.get(thread) ?? '') + call.slice(call.indexOf('>') + 1);
      this.#begun.delete(thread);
    }
    if (call.startsWith('+++') || call.startsWith('---')) return;
    this.#readCall(call);
  }

  #readCall(call: string): void {
    const name = call.slice(0, call.indexOf('('));
    const result = Number.parseInt(call.slice(call.lastIndexOf(' = ') + 3), 10);
    // A call that failed changed nothing.
    if (!(result >= 0)) return;
    const args = call.slice(name.length + 1, call.lastIndexOf(')'));
    const descriptor = /^\d+<([^>]*)>/.exec(args)?.[1] ?? '';
    if (name === 'openat' || name === 'open') this.#readOpen(args);
    else if (name === 'unlink' || name === 'unlinkat') this.#readUnlink(args);
    else if (name === 'fsync' || name === 'fdatasync') this.#readSync(descriptor);
    else this.#readContent(name, this.#names.get(descriptor), args, result);
  }

  #readContent(name: string, file: string | undefined, args: string, result: number): void {
    if (file === undefined) return;
    if (name === 'write' && file === this.#log) this.#readSaid(args);
    else if (name === 'pwrite64') this.#readWrite(file, args, result);
    else if (name === 'ftruncate') this.events.push({ kind: 'truncate', file, length: lastNumber(args) });
    else throw new Error(`The trace changes ${file} by ${name}, which the replay does not know.`);
  }

  #readOpen(args: string): void {
    const [, path = '', flags = ''] = /"([^"]*)", ([A-Z_|]+)/.exec(args) ?? [];
    const file = this.#names.get(path);
    if (file === undefined || file === this.#log) return;
    if (flags.includes('O_TRUNC')) throw new Error(`The trace empties ${file} by opening it.`);
    if (flags.includes('O_CREAT')) this.events.push({ kind: 'create', file });
  }

  #readUnlink(args: string): void {
    const file = this.#names.get(/"([^"]*)"/.exec(args)?.[1] ?? '');
    if (file !== undefined) this.events.push({ kind: 'unlink', file });
  }

  #readSync(descriptor: string): void {
    const file = this.#names.get(descriptor);
    if (file !== undefined) this.events.push({ kind: 'sync', file });
    else if (descriptor === this.#folder) this.events.push({ kind: 'sync-folder' });
  }

  #readWrite(file: string, args: string, written: number): void {
    this.events.push({
      kind: 'write',
      file,
      at: lastNumber(args),
      bytes: bytesOf(args).subarray(0, written),
    });
  }

  #readSaid(args: string): void {
    for (const line of bytesOf(args).toString('utf8').trimEnd().split('\n'))
      this.events.push({ kind: 'said', line });
  }
}

function bytesOf(args: string): Buffer {
  const start = args.indexOf('"') + 1;
  const end = args.indexOf('"', start);
  if (args.startsWith('...', end + 1)) throw new Error('The trace has cut a write short.');
  return Buffer.from(args.slice(start, end).replaceAll('\\x', ''), 'hex');
}

function lastNumber(args: string): number {
  return Number(args.slice(args.lastIndexOf(',') + 1));
}

function inHex(text: string): string {
  return [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}
