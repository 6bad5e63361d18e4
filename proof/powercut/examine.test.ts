import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { seededRandom, VirtualClock } from '@doorbell/engine/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examine } from './examine.ts';
import { counting, openStore } from './open-store.ts';
import { Workload } from './play-round.ts';
import { databaseName, type Round } from './round.ts';

let folder: string;
let path: string;
let rounds: Round[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'doorbell-examine-'));
  path = join(folder, databaseName);
  const clock = new VirtualClock();
  const store = counting(openStore(path, clock, 'OFF'));
  const workload = new Workload(seededRandom(3));
  rounds = [];
  while (rounds.length < 40) {
    clock.advance(1_000);
    rounds.push(await workload.play(store));
  }
  await store.close();
});

afterEach(() => rmSync(folder, { recursive: true }));

function tamper(sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

describe('the examination of what a crash left', () => {
  it('finds no fault with a database that has all that was acknowledged', async () => {
    expect(await examine(folder, rounds, 40)).toEqual({ lostChanges: 0, lostRounds: 0, corrupt: [] });
  });

  it('finds no fault with one that has more than was acknowledged', async () => {
    expect(await examine(folder, rounds, 30)).toEqual({ lostChanges: 0, lostRounds: 0, corrupt: [] });
  });

  it('finds what was acknowledged and is gone', async () => {
    const last = rounds.at(-1);
    const later: Round = { ...(last as Round), number: 41, apiKeyIds: ['k41'], appended: [] };
    const { lostRounds, lostChanges } = await examine(folder, [...rounds, later], 41);
    expect({ lostRounds, lostChanges }).toEqual({ lostRounds: 1, lostChanges: 0 });
  });

  it.each([
    [
      'a change with another name',
      `drop trigger change_is_append_only_update; update change set user_name = 'x' where seq = 2`,
    ],
    [
      'a change that is gone',
      'drop trigger change_is_append_only_delete; delete from change where seq = 1 and task_id = 1',
    ],
    [
      'an attempt that is gone',
      `delete from attempt where rowid = (select max(rowid) from attempt where reason <> 'lost')`,
    ],
    ['a settlement undone', 'update lane set head_seq = head_seq - 1 where head_seq > first_seq'],
    ['a lane that has lost its time', 'update lane set due_at = null where due_at is not null'],
    ['an endpoint that has lost its pause or URL', `update endpoint set url = 'https://elsewhere.example/'`],
    ['an API key that is gone', `delete from api_key where id = 'k1'`],
    [
      'something that is no longer listed as pending',
      'delete from pending where seq = (select max(seq) from pending)',
    ],
  ])('finds %s', async (_, sql) => {
    tamper(sql);
    const { corrupt } = await examine(folder, rounds, 40);
    expect(corrupt).not.toEqual([]);
  });

  it('finds a file that is no database any more', async () => {
    const database = new DatabaseSync(path);
    database.exec('pragma wal_checkpoint(truncate)');
    database.close();
    rmSync(path);
    const { lostRounds, lostChanges } = await examine(folder, rounds, 40);
    expect(lostRounds).toBe(40);
    expect(lostChanges).toBeGreaterThan(40);
  });
});
