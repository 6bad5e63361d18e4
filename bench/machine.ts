import { execFile } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { readFile, statfs, unlink } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { median } from './statistics.ts';

const run = promisify(execFile);

/** What absolute figures are worth nothing without. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly fileSystem: string;
  /** Median milliseconds of a write of 4 KiB and its fdatasync. */
  readonly diskSyncMs: number;
  /** Of the last minute before the run: more than half a core's worth, and others were measured as well. */
  readonly loadBefore: number;
}

export async function describeMachine(folder: string): Promise<Machine> {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    fileSystem: (await run('stat', ['-f', '-c', '%T', folder])).stdout.trim(),
    diskSyncMs: await measureDiskSync(folder),
    loadBefore: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

const tmpfs = 0x01021994;

/** Throws, with a sentence for people: what is "synced" to memory proves nothing. */
export async function requireDisk(folder: string): Promise<void> {
  const { type } = await statfs(folder);
  if (type === tmpfs) {
    throw new Error(
      `${folder} is in memory: set TMPDIR to a folder on a disk, or syncing would cost nothing.`,
    );
  }
}

async function measureDiskSync(folder: string): Promise<number> {
  const path = join(folder, 'sync');
  const file = openSync(path, 'w');
  const block = Buffer.alloc(4_096, 1);
  const durations: number[] = [];
  for (let index = 0; index < 200; index += 1) {
    const startedAt = performance.now();
    writeSync(file, block);
    fdatasyncSync(file);
    durations.push(performance.now() - startedAt);
  }
  closeSync(file);
  await unlink(path);
  return Math.round(median(durations) * 1_000) / 1_000;
}

/** User and system time of one process, all of its threads. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // Behind the name in brackets; utime and stime are the 14th and 15th field of the whole, in ticks of 10 ms.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The largest resident set that the process has had, and the one it has now. */
export async function residentMBOf(pid: number): Promise<{ readonly peak: number; readonly now: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1_024) / 1e6;
  return { peak: megabytes('VmHWM'), now: megabytes('VmRSS') };
}
