import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnPostgres } from '../../../test/describe-on-postgres.ts';
import { breakerOpen, raise } from '../src/testing/store-contract/alert-cases.ts';
import { putChannel } from '../src/testing/store-contract/alert-channel-cases.ts';
import { World } from '../src/testing/store-contract/world.ts';
import { openTestStore, type PostgresUnderTest } from './postgres-test-store.ts';

await describeOnPostgres('alerts of several processes over one PostgreSQL database', (server) => {
  let subject: PostgresUnderTest;
  let world: World;

  beforeEach(async () => {
    subject = await openTestStore(server);
    world = new World(subject);
  });
  afterEach(() => subject.close());

  const leaseMs = 30_000;
  const toldTo = async () =>
    (await world.store.claimAlertDispatches(10, leaseMs)).map(({ channel }) => channel.id);

  /** Another process does this, and commits when the work waits for it. */
  async function meanwhile<T>(statement: string, work: () => Promise<T>): Promise<T> {
    const other = await subject.pool.connect();
    await other.query('begin');
    await other.query(statement.replaceAll('doorbell.', `${subject.schema}.`));
    let isDone = false;
    const working = work().finally(() => {
      isDone = true;
    });
    const isAwaited = async (): Promise<boolean> => {
      const { rows } = await other.query(
        'select 1 from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))',
      );
      return rows.length > 0;
    };
    while (!isDone && !(await isAwaited()));
    await other.query('commit');
    other.release();
    return working;
  }

  it('are told to the other channels when one is deleted while they are raised', async () => {
    await putChannel(world, { id: 'a' });
    await putChannel(world, { id: 'b' });
    const alert = await meanwhile("delete from doorbell.alert_channel where id = 'a'", () => raise(world));
    expect(await toldTo()).toEqual(['b']);
    expect(alert).toMatchObject({ kind: 'breaker-open', clearedAt: null });
  });

  it('leave nothing waiting for a channel that is disabled while they are raised', async () => {
    const channel = await putChannel(world, { id: 'a' });
    await meanwhile("update doorbell.alert_channel set enabled = false where id = 'a'", () => raise(world));
    await world.store.putAlertChannel({ ...channel, url: undefined, secret: undefined, enabled: true });
    expect(await toldTo()).toEqual([]);
  });

  it('of one condition are raised once, however many see it at once', async () => {
    await putChannel(world);
    const other = await subject.another();
    const stores = [world.store, other, world.store, other];
    const raised = await Promise.all(stores.map((store) => store.raiseAlerts([breakerOpen('e1')])));
    expect(raised.flat()).toHaveLength(1);
    const [alert] = raised.flat();
    const cleared = await Promise.all(stores.map((store) => store.clearAlerts([alert?.id ?? 0])));
    expect(cleared.flat()).toHaveLength(1);
  });

  it('reach a channel also when one before it cannot be read', async () => {
    await putChannel(world, { id: 'a' });
    await putChannel(world, { id: 'b' });
    await raise(world);
    await subject.sql("update doorbell.alert_channel set url = 'sealed with another key' where id = 'a'");
    const dispatches = await world.store.claimAlertDispatches(1, leaseMs);
    expect(dispatches.map(({ channel }) => channel.id)).toEqual(['b']);
  });
});
