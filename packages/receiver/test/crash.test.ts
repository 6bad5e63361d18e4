import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { DatabaseSync } from 'node:sqlite';

import { sqliteMemoryTable } from '@doorbell/receiver/sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { KEY, NOW, signedRequest } from './signed-request.ts';

const PROGRAM = join(import.meta.dirname, 'crashing-receiver.ts');
let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doorbell-crash-'));
  path = join(folder, 'customer.db');
  const database = new DatabaseSync(path);
  database.exec(`pragma journal_mode = wal; ${sqliteMemoryTable}; create table effect (name text)`);
  database.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the customer's process on the one notification: what it answered, or the signal that ended it. */
function receive(moment: string, now: number = NOW): string {
  const { headers, body } = signedRequest();
  const request = [JSON.stringify(headers), Buffer.from(body).toString()];
  const args = [
    '--conditions=doorbell-source',
    '--no-warnings',
    PROGRAM,
    path,
    moment,
    KEY,
    String(now),
    ...request,
  ];
  const { signal, stdout, stderr } = spawnSync(execPath, args, { encoding: 'utf8' });
  return signal ?? (stdout || stderr);
}

function countEffects(): unknown {
  const database = new DatabaseSync(path);
  const row = database.prepare('select count(*) as effects from effect').get();
  database.close();
  return row?.effects;
}

it('a process killed after the effect and before the reply has the next one answer the repeat', () => {
  expect(receive('after the commit, before the reply')).toBe('SIGKILL');
  expect(receive('never')).toBe('repeat');
  expect(countEffects()).toBe(1);
});

it('a process killed before its transaction committed leaves neither, and the next has it after the lease', () => {
  expect(receive('after the effect, before the commit')).toBe('SIGKILL');
  expect(countEffects()).toBe(0);
  expect(receive('never')).toBe('refused notification-in-progress');
  expect(receive('never', NOW + 60_000)).toBe('accepted');
  expect(receive('never', NOW + 60_000)).toBe('repeat');
  expect(countEffects()).toBe(1);
});
