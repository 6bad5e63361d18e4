import { randomBytes } from 'node:crypto';
import {
  createNetworkPolicy,
  createVault,
  Engine,
  endpointPolicyDefaults,
  type NewChange,
  type Store,
  type StoreAdmin,
} from '@doorbell/engine';
import { createHttpTransport } from '@doorbell/engine/http';
import { openPostgresStore } from '@doorbell/engine/postgres';
import { openSqliteStore } from '@doorbell/engine/sqlite';
import { createInProcessWakeup, systemClock } from '@doorbell/engine/system';

// The real engine on a real store, in a process that kills itself with SIGKILL at the step it is told:
//
//   node doomed-sender.ts DATABASE ENDPOINT_URL STEP     STEP none: it lives until everything is delivered
//
// DATABASE is a file or a postgres:// URL. Prints "acknowledged" once its changes were, and "delivered" at the end.
const [database = '', url = '', step = ''] = process.argv.slice(2);
const clock = systemClock;
const vault = createVault(new Uint8Array(32).fill(7), randomBytes);
const store: Store & StoreAdmin = database.startsWith('postgres://')
  ? await openPostgresStore({ connectionString: database, vault })
  : openSqliteStore({ path: database, vault, clock });

const die = (): void => {
  process.kill(process.pid, 'SIGKILL');
};

const doomed: Store = {
  ...pick(store),
  async claim(request) {
    const claims = await store.claim(request);
    if (step === 'after-claim' && claims.length > 0) die();
    return claims;
  },
  async settle(settlements) {
    if (step === 'before-settle') die();
    const verdicts = await store.settle(settlements);
    if (step === 'after-settle') die();
    return verdicts;
  },
};

await store.putCustomer({ id: 'acme', name: 'Acme', onIllegalTransition: 'flag' });
await store.putEndpoint({
  ...endpointPolicyDefaults,
  id: 'acme-main',
  customerId: 'acme',
  url,
  signKey: 'doomed-sign-key-1',
  webhookSecret: null,
});

const appending = store.append(changes());
// Asked for, and written by no one yet.
if (step === 'before-commit') die();
await appending;
if (step === 'after-commit') die();
process.stdout.write('acknowledged\n');

const engine = new Engine({
  store: doomed,
  transport: createHttpTransport({
    policy: createNetworkPolicy({ allowNetworks: ['127.0.0.0/8'] }),
    userAgent: 'Doorbell/test',
  }),
  clock,
  wakeup: createInProcessWakeup(clock),
  random: Math.random,
  observer: {
    settled: () => void endWhenDelivered(),
    failed: (doing, error) => process.stderr.write(`${doing}: ${error}\n`),
  },
});
void engine.run(new AbortController().signal);

async function endWhenDelivered(): Promise<void> {
  if ((await store.backlog()).pending > 0) return;
  process.stdout.write('delivered\n');
  process.exit(0);
}

/** Two tasks with three changes each; an event id makes the second run of this process append nothing. */
function changes(): readonly NewChange[] {
  return ['t1', 't2'].flatMap((houseTaskId) =>
    [9000, 10_000, 20_000].map((state, index) => ({
      customerId: 'acme',
      houseTaskId,
      houseId: `house-${houseTaskId}`,
      packageId: 'package',
      userId: 'u1',
      userName: '王小明',
      state,
      extra: {},
      eventId: `${houseTaskId}/${index}`,
    })),
  );
}

/** Methods of the prototype as well: a store may be a class. */
function pick({ upcoming, claimNotices, settleNotices, append, claim, settle, retire }: Store): Store {
  const bound = <T extends (...parameters: never[]) => unknown>(method: T): T => method.bind(store) as T;
  return {
    append: bound(append),
    claim: bound(claim),
    settle: bound(settle),
    upcoming: bound(upcoming),
    claimNotices: bound(claimNotices),
    settleNotices: bound(settleNotices),
    retire: bound(retire),
  };
}
