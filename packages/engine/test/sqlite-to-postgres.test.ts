import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnPostgres } from '../../../test/describe-on-postgres.ts';
import { alertThresholdDefaults } from '../src/alert.ts';
import { type Actor, verifyAudit } from '../src/audit.ts';
import type { Store, StoreAdmin } from '../src/ports.ts';
import { importSqlite } from '../src/stores/sqlite-to-postgres/index.ts';
import { breakerOpen, raise } from '../src/testing/store-contract/alert-cases.ts';
import { putChannel } from '../src/testing/store-contract/alert-channel-cases.ts';
import { delivered, failed, refused, retryIn, World } from '../src/testing/store-contract/world.ts';
import { createVault, type Vault } from '../src/vault.ts';
import { openTestStore, type PostgresUnderTest, testVault } from './postgres-test-store.ts';
import { openTestStore as openSqlite, type SqliteUnderTest, testMasterKey } from './sqlite-test-store.ts';

await describeOnPostgres('importing an embedded database into PostgreSQL', (server) => {
  let source: SqliteUnderTest;
  let target: PostgresUnderTest;
  let world: World;
  const alice: Actor = { kind: 'user', id: 'alice', address: null };
  const sourceVault = createVault(testMasterKey, randomBytes);

  beforeEach(async () => {
    source = openSqlite();
    world = new World(source);
    target = await openTestStore(server);
  });
  afterEach(async () => {
    await source.close();
    await target.close();
  });

  const importing = () => ({
    path: source.path,
    from: sourceVault,
    to: { connectionString: server.url, schema: target.schema },
    vault: testVault,
    clock: source.clock,
    onProgress: (_: unknown): void => {},
  });
  const run = (vault: Vault = testVault, onProgress = (_: unknown): void => {}) =>
    importSqlite({ ...importing(), vault, onProgress });

  /** Every state that a lane, an endpoint and a notification can be in. */
  async function makeAMess(): Promise<void> {
    await world.setUp({ inFlightMax: 50 });
    await world.customer('c2', { name: '客户二', onIllegalTransition: 'refuse' });
    await world.endpoint('e2', { customerId: 'c2', onGiveUp: 'park', webhookSecret: 'whsec_c2VjcmV0' });
    await world.endpoint('latest', { customerId: 'c2', coalesce: 'latest' });
    await world.store.rotateSignKey('e2', 'new-key', 3_600_000);
    // Delivered, refused, given up and sent again, waiting for a retry, waiting behind it.
    await world.appendMany('t1', 4, { extra: { city: '010', 'x.y': 'z' }, eventId: null });
    await world.deliver(delivered);
    await world.deliver(refused);
    await world.deliver(failed);
    const { laneId } = await world.notification('t1', 3);
    await world.store.resend({ laneId, sequence: 3 }, 1);
    await world.append('t2', 9_000, { eventId: 'event-2', userName: '' });
    for (const claim of await world.claim()) await world.settle(claim, retryIn(60_000));
    // Parked, with one behind it; superseded; a notice that waits; a claim that was out when the file was closed.
    await world.append('t3', 10_000, { customerId: 'c2' });
    await world.append('t3', 20_000, { customerId: 'c2' });
    const notice = { endpointId: 'e2', url: 'https://e2.example/failed', fields: { notifyId: 'n1' } };
    const [parked] = await world.claim('e2');
    if (parked === undefined) throw new Error('nothing to park');
    await world.settle(parked, { kind: 'park' }, notice);
    await world.drain('latest');
    await world.append('t4', 9_000, { customerId: 'c2' });
    await world.claim('latest');
    // People, what they did, and who may come in.
    await world.store.pauseEndpoint('latest', 'unauthorized', '401', alice);
    await world.store.recordAudit({
      actor: alice,
      action: 'endpoint.test',
      target: 'e1',
      before: null,
      after: null,
    });
    const user = {
      name: 'alice',
      role: 'admin',
      passwordHash: 'p',
      disabled: false,
      createdAt: 1,
      updatedAt: 2,
    } as const;
    await world.store.createUser(user, alice);
    const until = { createdAt: 3, lastSeenAt: 4, expiresAt: world.clock.now() + 9_000_000 };
    const link = {
      id: 'l1',
      customerId: 'c2',
      hash: 'lh',
      createdAt: 5,
      expiresAt: until.expiresAt,
      revokedAt: null,
    };
    await world.store.createPortalLink(link, alice);
    await world.store.createSession({ hash: 'sh', userName: 'alice', portalLinkId: null, ...until }, alice);
    const key = {
      id: 'k1',
      name: 'key',
      hash: 'hash',
      scopes: ['append'],
      createdAt: 1,
      lastUsedAt: null,
      revokedAt: 2,
    };
    await world.store.putApiKey({ ...key, scopes: ['append'] });
    // Alerts that hold, are acknowledged and over, and messages that arrived, wait and were given up.
    await putChannel(world, { id: 'e1', kind: 'webhook' });
    await putChannel(world, { id: 'off', secret: null, enabled: false });
    const alert = await raise(world);
    const [dispatch] = await world.store.claimAlertDispatches(1, 1_000);
    const steps = (dispatch?.messages ?? []).map(({ id }) => ({
      messageId: id,
      step: { kind: 'sent' } as const,
    }));
    await world.store.settleAlertDispatch({ channelId: 'e1', epoch: 1, pauseMs: 5, failure: null, steps });
    await world.store.acknowledgeAlert(alert.id, alice);
    await world.store.clearAlerts([alert.id]);
    await raise(world, breakerOpen('latest', 'c2'));
    await world.store.putAlertThresholds({ ...alertThresholdDefaults, refusalsShare: 0.125 }, alice);
  }

  async function everything(store: Store & StoreAdmin) {
    const notifications = await store.listNotifications({}, { limit: 500 });
    const tasks = await store.listTasks({}, { limit: 500 });
    return {
      customers: await store.listCustomers(),
      endpoints: await store.listEndpoints(),
      notifications: notifications.items,
      attempts: await Promise.all(notifications.items.map((each) => store.listAttempts(each))),
      tasks: tasks.items,
      histories: await Promise.all(tasks.items.map((task) => store.findTasks(task.houseTaskId))),
      keys: await store.listApiKeys(),
      alerts: await store.listAlerts({}, { limit: 500 }),
      channels: await store.listAlertChannels(),
      thresholds: await store.readAlertThresholds(),
      users: await store.listUsers(),
      links: await store.listPortalLinks(),
      session: await store.findSession('sh'),
      audit: await store.listAudit({}, { limit: 500 }),
      backlog: await store.backlog(),
      events: await Promise.all(
        ['e1', 'e2', 'latest'].map((id) => store.listEndpointEvents(id, 0, 9e15, 100)),
      ),
    };
  }

  it('brings everything along, and PostgreSQL delivers the rest in order', async () => {
    await makeAMess();
    await source.store.close();
    const progress: unknown[] = [];
    const imported = await run(testVault, (step) => progress.push(step));
    const counts = new Map(imported.map(({ table, rows }) => [table, rows]));
    expect(counts.get('change')).toBe(8);
    // Three of t1, two that wait, the parked one, the latest one, and the lease that the restart took back.
    expect(counts.get('attempt')).toBe(8);
    // Each in the partition of its day, and none where every new day would have to look through it.
    const [rest] = await target.sql<{ n: string }>('select count(*) n from doorbell.attempt_rest');
    expect(rest).toEqual({ n: '0' });
    expect(progress.at(-1)).toMatchObject({ done: imported.reduce((sum, { rows }) => sum + rows, 0) });

    const before = await everything(source.reopen());
    expect(await everything(target.store)).toEqual(before);

    expect(await verifyAudit(target.store)).toMatchObject({ intact: true, rows: 7 });
    await target.store.pauseEndpoint('e1', 'operator', 'tea', alice);
    await target.store.resumeEndpoint('e1', alice);
    expect(await verifyAudit(target.store)).toMatchObject({ intact: true, rows: 9 });

    const there = new World(target);
    target.clock.advance(there.clock.now() - target.clock.now() + 60_000);
    await target.store.resumeEndpoint('latest');
    const parked = await there.notification('t3', 1, 'e2');
    await target.store.resend({ laneId: parked.laneId, sequence: 1 }, 1);
    expect([...(await there.drain('e1'))].sort()).toEqual(['t1.3', 't1.4', 't2.1']);
    expect([...(await there.drain('e2'))].sort()).toEqual(['t3.1', 't3.2', 't4.1']);
    expect(await there.drain('latest')).toEqual(['t4.1']);
    const sending = await target.store.claimAlertDispatches(9, 1_000);
    expect(sending.map(({ channel, messages }) => [channel.url, messages[0]?.event])).toEqual([
      [before.channels[0]?.url, 'cleared'],
    ]);
    expect((await target.store.claimNotices(9, 1_000)).map(({ endpointId }) => endpointId)).toEqual(['e2']);
    expect(await there.append('t1', 45_000)).toMatchObject({ sequence: 5 });
    expect(await there.append('t9', 9_000)).toMatchObject({ sequence: 1 });
    expect(await there.drain('e1')).toEqual(['t1.5', 't9.1']);
  });

  it('copies documents as such where the user has names quoted', async () => {
    await makeAMess();
    await source.store.close();
    const quoting = new URL(server.url);
    quoting.searchParams.set('options', '-c quote_all_identifiers=on');
    await importSqlite({ ...importing(), to: { connectionString: quoting.href, schema: target.schema } });
    const kinds = await target.sql<{ kind: string }>(
      'select distinct jsonb_typeof(extra) as kind from doorbell.change where extra is not null',
    );
    expect(kinds).toEqual([{ kind: 'object' }]);
  });

  it('seals the keys with the master key of the other side', async () => {
    await world.setUp();
    await putChannel(world);
    await source.store.close();
    const other = createVault(new Uint8Array(32).fill(9), randomBytes);
    // The store of the target has said which key it is; nobody has in a database that was only migrated.
    await expect(run(other)).rejects.toMatchObject({ name: 'VaultError' });
    await target.sql('delete from doorbell.master_key');
    await run(other);
    const [row] = await target.sql<{ sign_key: string }>('select sign_key from doorbell.endpoint');
    expect(other.open(row?.sign_key ?? '', 'e1/sign-key')).toBe('sign-key-of-e1');
    expect(() => testVault.open(row?.sign_key ?? '', 'e1/sign-key')).toThrow(/another master key/);
    const [channel] = await target.sql<{ secret: string }>('select secret from doorbell.alert_channel');
    expect(other.open(channel?.secret ?? '', 'group/alert-channel-secret')).toBe('SEC-canary');
  });

  it('refuses a file that is being served, is missing, or whose master key is another', async () => {
    await world.setUp();
    await expect(run()).rejects.toMatchObject({ name: 'DatabaseInUse' });
    await source.store.close();
    const to = { connectionString: server.url, schema: target.schema };
    const options = { to, vault: testVault, clock: source.clock, onProgress: () => {} };
    const nowhere = join(dirname(source.path), 'nowhere.db');
    await expect(importSqlite({ ...options, path: nowhere, from: sourceVault })).rejects.toThrow(
      /no database at/,
    );
    const wrong = createVault(new Uint8Array(32).fill(9), randomBytes);
    await expect(importSqlite({ ...options, path: source.path, from: wrong })).rejects.toMatchObject({
      name: 'VaultError',
    });
    writeFileSync(nowhere, 'not a database, and quite long enough to be read as one'.repeat(40));
    await expect(importSqlite({ ...options, path: nowhere, from: sourceVault })).rejects.toMatchObject({
      name: 'ForeignDatabase',
    });
  });

  it('refuses a target that is not empty, and leaves it as it is', async () => {
    await makeAMess();
    await source.store.close();
    await new World(target).customer('other');
    await expect(run()).rejects.toThrow(/not empty: there are rows in customer/);
    expect(await target.store.listCustomers()).toHaveLength(1);
    expect((await target.store.listTasks({}, { limit: 9 })).items).toEqual([]);
  });

  it('imports all or nothing: a row that PostgreSQL refuses undoes everything', async () => {
    await makeAMess();
    await source.store.close();
    const file = new DatabaseSync(source.path);
    file.exec(`update attempt set http_status = 99999999999 where rowid = (select max(rowid) from attempt)`);
    file.close();
    await expect(run()).rejects.toThrow(/out of range/);
    expect(await target.store.listCustomers()).toEqual([]);
    const [head] = await target.sql('select seq from doorbell.audit_head');
    expect(head).toBeDefined();
  });

  it('refuses a file with a table or column that PostgreSQL has no place for, instead of losing it', async () => {
    await world.setUp();
    await source.store.close();
    const file = new DatabaseSync(source.path);
    file.exec('create table weather (day integer, rain integer)');
    await expect(run()).rejects.toThrow(/no place for day, rain of the table weather/);
    file.exec('drop table weather; alter table lane add column mood text');
    file.close();
    await expect(run()).rejects.toThrow(/no place for mood of the table lane/);
  });
});
