import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dayMs } from '../src/retention.ts';
import { minuteMs } from '../src/rollup.ts';
import { delivered, failed, refused, World } from '../src/testing/store-contract/world.ts';
import { openTestStore, type SqliteUnderTest } from './sqlite-test-store.ts';

describe('what a SQLite store retires', () => {
  let subject: SqliteUnderTest;
  let world: World;
  let raw: DatabaseSync;

  beforeEach(async () => {
    subject = openTestStore();
    world = new World(subject);
    raw = new DatabaseSync(subject.path);
    await world.setUp();
    await world.appendMany('t1', 4);
    await world.deliver(refused);
    await world.deliver(failed);
    await world.deliver(delivered);
    await world.deliver(delivered);
    subject.clock.advance(33 * dayMs);
    for (let more = true; more; ) ({ more } = await world.store.retire(30 * dayMs));
  });
  afterEach(async () => {
    raw.close();
    await subject.close();
  });

  const rowsOf = (table: string) => raw.prepare(`select count(*) n from ${table}`).get()?.n;

  it('leaves no row of the changes that are gone', () => {
    expect(['change', 'closed', 'reopened', 'pending', 'attempt'].map(rowsOf)).toEqual([1, 0, 0, 0, 0]);
  });

  it('opens the ledger for itself alone, and only while it retires', () => {
    expect(() => raw.exec('delete from change')).toThrow(/append-only/);
    expect(() => raw.exec('update change set state = 50000')).toThrow(/append-only/);
  });

  it('takes with old statistics the minutes in which nothing is left that was delivered', async () => {
    const minutes = () =>
      raw
        .prepare('select minute from settled_minute order by minute')
        .all()
        .map(({ minute }) => Number(minute));
    const [first] = minutes();
    await world.append('t1', 50_000);
    await world.deliver(delivered);
    subject.clock.advance(33 * dayMs);
    for (let more = true; more; ) ({ more } = await world.store.retire(30 * dayMs));
    const oldest = Number(raw.prepare('select min(created_at) at from change').get()?.at);
    await world.store.retireRollups();
    expect(first).toBeLessThan(Math.floor(oldest / minuteMs));
    expect(minutes()).toEqual([Math.floor(oldest / minuteMs)]);
  });
});
