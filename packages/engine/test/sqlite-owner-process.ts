import { randomBytes } from 'node:crypto';
import { openSqliteStore } from '../src/stores/sqlite/index.ts';
import { VirtualClock } from '../src/testing/virtual-clock.ts';
import { createVault } from '../src/vault.ts';

// Appends, claims and settles without end, and prints the sequence of each change once it was acknowledged.
const [path = ''] = process.argv.slice(2);
const store = openSqliteStore({
  path,
  vault: createVault(new Uint8Array(32).fill(7), randomBytes),
  clock: new VirtualClock(),
});

for (;;) {
  const [appended] = await store.append([
    {
      customerId: 'c1',
      houseTaskId: 't1',
      houseId: 'h1',
      packageId: 'p1',
      userId: 'u1',
      userName: 'n1',
      state: 40_000,
      extra: {},
      eventId: null,
    },
  ]);
  process.stdout.write(`${appended?.sequence}\n`);
  await store.claim({ quotas: [{ endpointId: 'e1', quota: 1 }], leaseMs: 45_000 });
}
