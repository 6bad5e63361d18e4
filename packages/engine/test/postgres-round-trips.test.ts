import { expect, it } from 'vitest';
import { describeOnPostgres } from '../../../test/describe-on-postgres.ts';
import { deliverAll } from './deliver-all.ts';
import { openTestStore } from './postgres-test-store.ts';

await describeOnPostgres('an engine on PostgreSQL under load', (server) => {
  it('asks the server less than once for ten deliveries', async () => {
    const subject = await openTestStore(server, { serverClock: true });
    const load = { url: server.url, engines: 1, endpoints: 4, tasks: 1_000, changesEach: 2 };
    const { sent, failures, roundTrips } = await deliverAll(subject, load);
    expect(failures).toEqual([]);
    expect(sent.size).toBe(4_000);
    for (const sequences of sent.values()) expect(sequences).toEqual([1, 2]);
    expect(roundTrips / 8_000).toBeLessThan(0.1);
    await subject.close();
  });
});
