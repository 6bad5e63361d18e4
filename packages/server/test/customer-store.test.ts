import { beforeEach, expect, test } from 'vitest';
import { type CustomerStore, createCustomerStore } from '../src/customer-store.ts';
import { addCustomer, addOtherCustomer, change, startApp, type TestApp } from './start-app.ts';

let app: TestApp;
let acme: CustomerStore;
let foreign: { readonly laneId: number; readonly sequence: number };

beforeEach(async () => {
  app = await startApp();
  await addCustomer(app);
  await addOtherCustomer(app);
  await app.call('POST', '/v1/state-changes', [change, { ...change, customerId: 'other' }]);
  // Refused at both, so that a resend would find something to do.
  for (const endpointId of ['acme-main', 'other-main']) {
    const [claim] = await app.store.claim({ quotas: [{ endpointId, quota: 1 }], leaseMs: 45_000 });
    if (claim === undefined) throw new Error('nothing to claim');
    const { laneId, sequence, epoch } = claim;
    const step = { kind: 'advance', result: 2 } as const;
    await app.store.settle([{ laneId, endpointId, sequence, epoch, attempts: [], step, notice: null }]);
    foreign = { laneId, sequence };
  }
  acme = createCustomerStore(app.store, 'acme');
});

const whatever = { limit: 10 };

/** What each verb gives of another customer, whom the caller names by an id that is right. */
const verbs: Readonly<Record<keyof Omit<CustomerStore, 'recordAudit'>, () => Promise<unknown>>> = {
  listCustomers: async () => (await acme.listCustomers()).filter(({ id }) => id !== 'acme'),
  findCustomer: async () => (await acme.findCustomer('other')) ?? [],
  listEndpoints: () => acme.listEndpoints('other'),
  findEndpoint: async () => (await acme.findEndpoint('other-main')) ?? [],
  pauseEndpoint: async () => (await acme.pauseEndpoint('other-main', 'operator', '')) ?? [],
  resumeEndpoint: async () => (await acme.resumeEndpoint('other-main')) ?? [],
  listNotifications: async () => (await acme.listNotifications({ customerId: 'other' }, whatever)).items,
  findNotification: async () => (await acme.findNotification(foreign)) ?? [],
  listAttempts: () => acme.listAttempts(foreign),
  countNotifications: async () => Array(await acme.countNotifications({ endpointId: 'other-main' }, 10)),
  resend: async () => [
    ...Array((await acme.resend(foreign, 1)).resent),
    ...Array((await acme.resend({ customerId: 'other' }, 10)).resent),
    ...Array((await acme.resend({ endpointId: 'other-main' }, 10)).resent),
  ],
  startResendJob: () =>
    acme
      .startResendJob({ id: 'r1', filter: { customerId: 'other' }, total: 1, startedBy: 'x', alone: true })
      .then(
        (job) => [job],
        () => [],
      ),
  findResendJob: async () => {
    await startForeignJob();
    return (await acme.findResendJob('r2')) ?? [];
  },
  listResendJobs: async () => {
    await startForeignJob();
    return acme.listResendJobs(10);
  },
  stopResendJob: async () => {
    await startForeignJob();
    const ended = (await acme.stopResendJob('r2')) ?? [];
    expect(await app.store.findResendJob('r2')).toMatchObject({ state: 'running' });
    return ended;
  },
  listTasks: async () => (await acme.listTasks({ customerId: 'other' }, whatever)).items,
  findTasks: () => acme.findTasks('task-1', 'other'),
  listAlerts: async () => {
    const about = { endpointId: 'other-main', customerId: 'other' };
    await app.store.raiseAlerts([{ ...about, kind: 'breaker-open', detail: { failures: 10 } }]);
    const named = await acme.listAlerts({ customerId: 'other' }, whatever);
    return [...named.items, ...(await acme.listAlerts({ endpointId: 'other-main' }, whatever)).items];
  },
};

/** By an operator, of what is the customer's own: theirs to see, and to stop, all the same not. */
function startForeignJob() {
  return app.store.startResendJob({
    id: 'r2',
    filter: { customerId: 'acme' },
    total: 1,
    startedBy: 'ada',
    alone: false,
  });
}

test.each(Object.entries(verbs))('%s gives a customer nothing of another', async (_verb, ask) => {
  expect(await ask()).toEqual([]);
  expect(await app.store.findNotification(foreign)).toMatchObject({ customerId: 'other', result: 2 });
  expect((await app.store.findEndpoint('other-main'))?.pause).toBeNull();
});

test('what no filter names is the own of the customer, all of it and nothing else', async () => {
  expect((await acme.listNotifications({}, whatever)).items.map(({ customerId }) => customerId)).toEqual([
    'acme',
  ]);
  expect(await acme.resend({ result: 2 }, 10)).toEqual({ resent: 1 });
  expect(await app.store.findNotification(foreign)).toMatchObject({ result: 2 });
});
