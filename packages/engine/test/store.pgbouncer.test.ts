import pg from 'pg';
import { expect, it } from 'vitest';
import { describeOnPgBouncer } from '../../../test/describe-on-pgbouncer.ts';
import { storeContract } from '../src/testing/store-contract.ts';
import { deliverAll } from './deliver-all.ts';
import { openTestStore } from './postgres-test-store.ts';

await describeOnPgBouncer('PostgreSQL behind PgBouncer in transaction mode', (pooled) => {
  it('has few connections to the server, whatever the number of its clients', async () => {
    const clients = Array.from({ length: 8 }, () => new pg.Client({ connectionString: pooled.url }));
    await Promise.all(clients.map((client) => client.connect()));
    const backends = new Set<number>();
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(
        clients.map((client) => client.query<{ pid: number }>('select pg_backend_pid() as pid')),
      );
      for (const { rows } of answers) backends.add(rows[0]?.pid ?? 0);
    }
    await Promise.all(clients.map((client) => client.end()));
    expect(backends.size).toBeLessThanOrEqual(4);
  });

  it('delivers everything in order, with two engines, and their hints', async () => {
    const subject = await openTestStore(pooled, { serverClock: true });
    const { sent, failures } = await deliverAll(subject, {
      url: pooled.url,
      engines: 2,
      endpoints: 1,
      tasks: 150,
      changesEach: 3,
    });
    expect(failures).toEqual([]);
    for (const sequences of sent.values()) expect(sequences).toEqual([1, 2, 3]);
    expect(sent.size).toBe(150);
    // The next client on such a connection would not know of them.
    expect(await subject.sql('select name from pg_prepared_statements')).toEqual([]);
    await subject.close();
  });

  storeContract('the PostgreSQL store', () => openTestStore(pooled));
});
