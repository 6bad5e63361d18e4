import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ApiKey } from '../src/api-key.ts';
import { connect } from '../src/stores/sqlite/connection.ts';
import { openSqliteAccess, openSqliteStore } from '../src/stores/sqlite/index.ts';
import { leaseMs, World } from '../src/testing/store-contract/world.ts';
import { VirtualClock } from '../src/testing/virtual-clock.ts';
import { createVault } from '../src/vault.ts';
import { openTestStore, type SqliteUnderTest } from './sqlite-test-store.ts';

const key: ApiKey = {
  id: 'a1',
  name: 'ops',
  hash: 'ab'.repeat(32),
  scopes: ['read'],
  createdAt: 1,
  lastUsedAt: null,
  revokedAt: null,
};

describe('opening a SQLite store', () => {
  let subject: SqliteUnderTest;
  let world: World;

  beforeEach(async () => {
    subject = openTestStore();
    world = new World(subject);
    await world.setUp({ signKey: 'plain-sign-key-0123456789', webhookSecret: 'whsec_cGxhaW4tc2VjcmV0' });
  });
  afterEach(() => subject.close());

  it('refuses a second owner in a sentence that says what to do', () => {
    expect(() => subject.reopen()).toThrow(/Another Doorbell is running on .*Stop that one first/);
  });

  it('lets go of the file when closed, twice if need be', async () => {
    await subject.store.close();
    await subject.store.close();
    await subject.reopen().close();
  });

  it('keeps everything over a restart', async () => {
    await world.appendMany('t1', 3);
    await world.deliver();
    await world.deliver({ kind: 'advance', result: 2 });
    await world.store.putApiKey(key);
    const before = await snapshot(world);
    await subject.store.close();
    const store = subject.reopen();
    expect(await snapshot(new World({ ...subject, store }))).toEqual(before);
    expect(await store.findApiKey('a1')).toEqual(key);
  });

  it('commits what was asked for just before closing', async () => {
    const append = world.append('t1', 10_000);
    await subject.store.close();
    expect(await append).toMatchObject({ sequence: 1 });
    expect(await subject.reopen().findTasks('t1')).toHaveLength(1);
  });

  it('does not charge the tries of a lost lease to a change that was reopened meanwhile', async () => {
    await world.appendMany('t1', 2);
    await world.deliver();
    await world.deliver({ kind: 'retry', delayMs: 1 });
    world.clock.advance(1);
    const claim = await world.claimOne();
    expect(claim).toMatchObject({ sequence: 2, attempt: 2 });
    await world.store.resend({ laneId: claim.laneId, sequence: 1 }, 1);
    await subject.store.close();
    const restarted = new World({ ...subject, store: subject.reopen() });
    expect(await restarted.claimOne()).toMatchObject({ sequence: 1, attempt: 1 });
  });

  it('sets one change that cannot be read aside, where it can be seen, and delivers the others', async () => {
    await world.append('bad', 10_000);
    await world.append('good', 10_000);
    await subject.store.close();
    const database = new DatabaseSync(subject.path);
    database.exec(`drop trigger change_is_append_only_update;
      update change set extra = 'not JSON' where task_id = (select id from task where house_task_id = 'bad')`);
    database.close();
    const restarted = new World({ ...subject, store: subject.reopen() });
    const claims = await restarted.claim();
    expect(claims.map(({ change }) => change.houseTaskId)).toEqual(['good']);
    const { lastAttempt, waiting } = await restarted.notification('bad', 1);
    expect(lastAttempt).toMatchObject({ reason: 'internal-error' });
    expect(waiting).toMatchObject({ for: 'retry' });
    expect(await restarted.claim()).toEqual([]);
  });

  it('takes back all leases and records what they stood for as lost', async () => {
    await world.appendMany('t1', 2);
    const claim = await world.claimOne();
    await subject.store.close();
    world.clock.advance(5);
    const store = subject.reopen();
    const after = new World({ ...subject, store });
    expect(await store.listAttempts(claim)).toMatchObject([
      { sequence: 1, epoch: 1, attempt: 1, reason: 'lost', outcome: 'retry', at: claim.firstTryAt },
    ]);
    expect(await after.claimOne()).toMatchObject({ sequence: 1, epoch: 2, attempt: 2 });
    expect(await after.settle(claim, { kind: 'advance', result: 1 })).toBe('fenced');
  });

  it('takes back the leases of notices', async () => {
    await world.append('t1', 10_000);
    const notice = { endpointId: 'e1', url: 'https://e1.example/failed', fields: {} };
    await world.settle(await world.claimOne(), { kind: 'park' }, notice);
    expect(await world.store.claimNotices(1, leaseMs)).toHaveLength(1);
    await subject.store.close();
    expect(await subject.reopen().claimNotices(1, leaseMs)).toMatchObject([{ attempt: 2, epoch: 2 }]);
  });

  it('does not let time go back behind what is recorded', async () => {
    const { createdAt } = await world.append('t1', 10_000);
    await subject.store.close();
    subject.clock.jump(-24 * 3_600_000);
    const after = new World({ ...subject, store: subject.reopen() });
    expect((await after.append('t1', 20_000)).createdAt).toBeGreaterThanOrEqual(createdAt);
  });

  it('pauses at a 401 that came after the last edit, though the clock was put back in between', async () => {
    await world.append('t1', 10_000);
    subject.clock.advance(3_600_000);
    await world.endpoint('e1', { url: 'https://e1.example/moved' });
    await subject.store.close();
    subject.clock.jump(-1_800_000);
    const after = new World({ ...subject, store: subject.reopen() });
    await after.deliver({ kind: 'pause', reason: 'unauthorized', detail: 'The key is not known.' });
    expect((await after.getEndpoint()).pause?.reason).toBe('unauthorized');
  });

  it('leaves no key in plain text in any of its files', async () => {
    await world.store.rotateSignKey('e1', 'second-sign-key-9876543210', 1_000);
    const folder = dirname(subject.path);
    const bytes = readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'latin1'))
      .join();
    expect(bytes).toContain('https://e1.example/notify');
    for (const secret of ['plain-sign-key', 'second-sign-key', 'cGxhaW4tc2VjcmV0']) {
      expect(bytes).not.toContain(secret);
    }
  });

  it('finds out at once that the master key is another one', async () => {
    await subject.store.close();
    const vault = createVault(randomBytes(32), randomBytes);
    const open = () => openSqliteStore({ path: subject.path, vault, clock: subject.clock });
    expect(open).toThrow(/e1\/sign-key.*another master key/);
    await subject.reopen().close();
  });

  it('never lets the ledger be rewritten', async () => {
    await world.append('t1', 10_000);
    await subject.store.close();
    const raw = new DatabaseSync(subject.path);
    expect(() => raw.exec('update change set state = 50000')).toThrow(/append-only/);
    expect(() => raw.exec('delete from change')).toThrow(/append-only/);
    raw.close();
  });

  it('lets another process add an API key while it runs', async () => {
    const beside = openSqliteAccess({ path: subject.path, clock: subject.clock });
    await beside.putApiKey(key);
    expect(await beside.listApiKeys()).toEqual([key]);
    await beside.close();
    expect(await world.store.findApiKey('a1')).toEqual(key);
  });
});

describe('a file for a SQLite store', () => {
  let folder: string;
  let path: string;
  const vault = createVault(new Uint8Array(32), randomBytes);
  const open = () => openSqliteStore({ path, vault, clock: new VirtualClock() });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'doorbell-file-'));
    path = join(folder, 'doorbell.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('of another program is refused and left as it is', () => {
    const raw = new DatabaseSync(path);
    raw.exec('create table guest (name text)');
    raw.close();
    const before = readFileSync(path);
    expect(open).toThrow(/not a Doorbell database/);
    expect(readFileSync(path)).toEqual(before);
  });

  it('that is no database is refused', () => {
    writeFileSync(path, 'hello, this is a text of some length, and no database at all');
    expect(open).toThrow(/not a Doorbell database/);
  });

  it('that a newer Doorbell has migrated is refused', async () => {
    await open().close();
    const raw = new DatabaseSync(path);
    raw.exec('pragma user_version = 99');
    raw.close();
    expect(open).toThrow(/schema 99/);
  });

  it('with damaged pages is refused in a sentence that says what to do', async () => {
    const store = open();
    await store.putCustomer({ id: 'c1', name: 'x'.repeat(3_000), onIllegalTransition: 'flag' });
    await store.close();
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4_096 * 2, 4_096 * 12);
    writeFileSync(path, bytes);
    expect(open).toThrow(/damaged.*Restore it from a backup/);
  });

  it('is made by the first API key, too, and then served', async () => {
    const keys = openSqliteAccess({ path, clock: new VirtualClock() });
    await keys.putApiKey(key);
    await keys.close();
    const store = open();
    expect(await store.listApiKeys()).toEqual([key]);
    await store.close();
  });

  it('is synced at every commit: FULL is asked for in so many words, and in force', async () => {
    const exec = vi.spyOn(DatabaseSync.prototype, 'exec');
    await open().close();
    const asked = exec.mock.calls.map(([sql]) => sql).join(';');
    exec.mockRestore();
    expect(asked).toContain('pragma synchronous = FULL');
    const inForce = (synchronous: 'FULL' | 'NORMAL') => {
      const connection = connect(path, synchronous);
      const level = connection.prepare('pragma synchronous').get();
      connection.close();
      return level;
    };
    expect(inForce('FULL')).toEqual({ synchronous: 2 });
    expect(inForce('NORMAL')).toEqual({ synchronous: 1 });
  });

  it('is used with the settings that safety rests on', () => {
    const connection = connect(path, 'FULL');
    const setting = (name: string) =>
      Object.values(connection.prepare<object>(`pragma ${name}`).get() ?? {})[0];
    expect({
      journalMode: setting('journal_mode'),
      foreignKeys: setting('foreign_keys'),
      trustedSchema: setting('trusted_schema'),
      cellSizeCheck: setting('cell_size_check'),
      busyTimeout: setting('busy_timeout'),
      mmapSize: setting('mmap_size'),
      journalSizeLimit: setting('journal_size_limit'),
    }).toEqual({
      journalMode: 'wal',
      foreignKeys: 1,
      trustedSchema: 0,
      cellSizeCheck: 1,
      busyTimeout: 5_000,
      mmapSize: 0,
      journalSizeLimit: 67_108_864,
    });
    connection.close();
  });
});

async function snapshot(world: World): Promise<unknown> {
  return {
    customers: await world.store.listCustomers(),
    endpoints: await world.store.listEndpoints(),
    tasks: await world.store.findTasks('t1'),
    notifications: await world.list(),
    upcoming: await world.store.upcoming(),
    backlog: await world.store.backlog(),
  };
}
