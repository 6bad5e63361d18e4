import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createVault } from '../src/index.ts';
import { openSqliteStore, type SqliteStore } from '../src/stores/sqlite/index.ts';
import { World } from '../src/testing/store-contract/world.ts';
import { VirtualClock } from '../src/testing/virtual-clock.ts';
import { openTestStore, type SqliteUnderTest, testMasterKey } from './sqlite-test-store.ts';

const appends = 40;

describe('after a crash, a log file of SQLite', () => {
  let subject: SqliteUnderTest;
  let folder: string;
  let database: string;
  const opened: SqliteStore[] = [];

  /** A copy of database and log as a crash leaves them: nothing was checkpointed since the last appends. */
  beforeEach(async () => {
    subject = openTestStore();
    const world = new World(subject);
    await world.setUp();
    for (let index = 0; index < appends; index += 1) await world.append('t1', 40_000);
    folder = await mkdtemp(join(tmpdir(), 'doorbell-damage-'));
    database = join(folder, 'doorbell.db');
    copyFileSync(subject.path, database);
    copyFileSync(`${subject.path}-wal`, `${database}-wal`);
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    await subject.close();
    await rm(folder, { recursive: true, force: true });
  });

  function open(): SqliteStore {
    const vault = createVault(testMasterKey, (length) => new Uint8Array(length));
    const store = openSqliteStore({ path: database, vault, clock: new VirtualClock() });
    opened.push(store);
    return store;
  }

  async function sequences(store: SqliteStore): Promise<readonly number[]> {
    const [task] = await store.findTasks('t1');
    return task?.changes.map((change) => change.sequence) ?? [];
  }

  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

  it('that is whole gives everything back', async () => {
    expect(await sequences(open())).toEqual(upTo(appends));
  });

  it.each([0.4, 0.7, 0.95])(
    'with flipped bytes at %d of its length gives what came before them, and nothing in part',
    async (part) => {
      const log = readFileSync(`${database}-wal`);
      const at = Math.floor(log.length * part);
      for (let index = at; index < at + 64; index += 1) log[index] = (log[index] ?? 0) ^ 0xff;
      writeFileSync(`${database}-wal`, log);
      const kept = await sequences(open());
      expect(kept.length).toBeLessThan(appends);
      expect(kept).toEqual(upTo(kept.length));
    },
  );

  it('that was cut in the middle of a page gives what came before', async () => {
    const log = readFileSync(`${database}-wal`);
    writeFileSync(`${database}-wal`, log.subarray(0, log.length - 1_000));
    const kept = await sequences(open());
    expect(kept).toEqual(upTo(appends - 1));
  });

  it('that was deleted, or a backup that was put back, is older than when it was last served, and that is said', async () => {
    const backup = readFileSync(database);
    await open().close();
    writeFileSync(database, backup);
    rmSync(`${database}-wal`, { force: true });
    expect(open).toThrow(/older than when it was last served.*delete .*doorbell\.db\.served to go on/s);
    rmSync(`${database}.served`);
    expect((await open().findTasks('t1')).length).toBeLessThanOrEqual(1);
  });

  it('may be read from for as long as someone likes, and what is written meanwhile is kept', async () => {
    const store = open();
    const reader = new DatabaseSync(database, { readOnly: true });
    reader.exec('begin');
    reader.prepare('select count(*) from change').get();
    const world = new World({ store, clock: new VirtualClock(), close: async () => {} });
    for (let index = 0; index < 200; index += 1) await world.append('t2', 40_000);
    expect(reader.prepare('select count(*) n from change').get()).toEqual({ n: appends });
    reader.exec('commit');
    reader.close();
    expect(await sequences(store)).toEqual(upTo(appends));
    await store.close();
    expect(existsSync(`${database}-wal`)).toBe(false);
    expect((await open().findTasks('t2'))[0]?.lastSequence).toBe(200);
  });
});
