import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { CommandError, exitCodes } from '../command-error.ts';
import { commandFile } from '../command-file.ts';
import type { ListenRecord, NotificationRecord } from '../listen-record.ts';

export interface ReceiverProcess {
  readonly url: string;
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

export interface ReceiverProcessOptions {
  readonly signKey: string;
  readonly failFirst: number;
  readonly onNotification: (record: NotificationRecord) => void;
}

/** A customer's receiver in a process of its own, which ends with this one, however this one ends. */
export async function startReceiverProcess(options: ReceiverProcessOptions): Promise<ReceiverProcess> {
  const args = [
    'listen',
    '--port',
    '0',
    '--json',
    '--fail-first',
    String(options.failFirst),
    '--until-stdin-closes',
  ];
  // The pipe to stdin closes even when this process is killed, and the receiver takes that as its end.
  const child = spawn(process.execPath, [commandFile, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, DOORBELL_SIGN_KEY: options.signKey },
  });
  const ended = once(child, 'close');
  const listening = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const record = JSON.parse(line) as ListenRecord;
      if (record.event === 'listening') resolve(record.url);
      else options.onNotification(record);
    });
  });
  const url = await Promise.race([listening, ended.then(failedToStart)]);
  return {
    url,
    pid: child.pid,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

function failedToStart(): never {
  throw new CommandError(exitCodes.cannotStart, "The demo's receiver ended before it listened.");
}
