import type { Alert, Notification, Page } from '@doorbell/server/api';
import { createListener } from '../../../../test/conformance/careful-receiver.ts';
import type { AnsweringKind } from './answers.ts';
import type { World } from './world.ts';

interface Customer {
  readonly id: string;
  readonly name: string;
  readonly answer: AnsweringKind;
}

export const customers: readonly Customer[] = [
  { id: 'yunqi', name: '云栖置业', answer: 'accept' },
  { id: 'haitang', name: '海棠租房', answer: 'accept' },
  { id: 'hillside', name: 'Hillside Realty', answer: 'accept' },
  { id: 'anju', name: '安居易', answer: 'accept' },
  { id: 'lvcheng', name: '绿城经纪', answer: 'accept' },
  { id: 'riverside', name: 'Riverside Rentals', answer: 'accept' },
];

const usual = [9000, 10000, 20000, 30000, 40000, 45000, 50000];
const sentBack = [9000, 10000, 20000, 30000, 40000, 45000, 40000, 45000, 50000];
const minuteMs = 60_000;

/** An evening and a night: most goes well, one endpoint breaks down, one refuses, one loses its key. */
export async function tellStory(world: World): Promise<void> {
  await createCustomers(world);
  await createChannels(world);
  for (let round = 0; round < 7; round += 1) {
    await appendRound(world, round);
    await settled(world);
    world.clock.move(7 * minuteMs);
  }
  await breakDown(world);
  await world.until<Page<Alert>>('/alerts', ({ items }) =>
    items.some(({ kind }) => kind === 'endpoint-paused'),
  );
}

async function createCustomers(world: World): Promise<void> {
  for (const { id, name } of customers) {
    await world.call('PUT', `/customers/${id}`, { name });
    await world.call('PUT', `/endpoints/${id}-main`, {
      customerId: id,
      url: world.receiver.urlOf(id),
      signKey: `sign-key-of-${id}`,
      retryHorizonMs: 10 * minuteMs,
    });
  }
}

/** One that takes what it is sent, and one that somebody has switched off. */
async function createChannels(world: World): Promise<void> {
  await world.call('PUT', '/alert-channels/duty-desk', {
    kind: 'webhook',
    url: world.receiver.urlOf('duty-desk'),
    secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  });
  await world.call('PUT', '/alert-channels/ops-group', {
    kind: 'wecom',
    url: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0',
    on: ['endpoint-paused', 'breaker-open'],
    enabled: false,
  });
}

async function appendRound(world: World, round: number): Promise<void> {
  const changes = customers.flatMap(({ id }, index) =>
    [0, 1, 2].flatMap((house) => {
      const states = (index + house) % 3 === 1 ? sentBack : usual;
      const state = states[round];
      return state === undefined ? [] : [change(id, index * 10 + house, state)];
    }),
  );
  await world.call('POST', '/state-changes', changes);
}

function change(customerId: string, number: number, state: number) {
  const serial = String(20_261_124_000 + number);
  return {
    customerId,
    houseTaskId: `HT${serial}`,
    houseId: `${customerId.toUpperCase().slice(0, 2)}-${4100 + number}`,
    packageId: `pkg-${serial}`,
    userId: `u${7 + (number % 5)}`,
    userName: ['王芳', '李雷', '韩梅梅', 'Sam Lee', '赵敏'][number % 5] ?? '',
    state,
  };
}

/** Everything that can be delivered has been. */
async function settled(world: World): Promise<void> {
  await world.until<Page<Notification>>('/notifications?result=0&limit=5', ({ items }) =>
    items.every(({ waiting }) => waiting?.for !== 'delivery' && waiting?.for !== 'answer'),
  );
}

/** The night: haitang's database is down, lvcheng refuses a house, anju answers a page, riverside lost its key. */
async function breakDown(world: World): Promise<void> {
  world.receiver.answer('haitang', 'fail');
  world.receiver.answer('lvcheng', 'refuse');
  world.receiver.answer('anju', 'html');
  world.receiver.answer('riverside', 'unauthorized');
  const late = (id: string, number: number, states: readonly number[]) =>
    states.map((state) => change(id, number, state));
  await world.call('POST', '/state-changes', [
    ...late('haitang', 14, [9000, 10000, 20000]),
    ...late('haitang', 15, [9000, 10000]),
    ...late('lvcheng', 44, [9000, 51000]),
    ...late('anju', 34, [9000, 10000]),
    ...late('riverside', 54, [9000, 10000, 20000, 30000]),
    ...late('yunqi', 4, [9000, 10000, 20000, 50000]),
  ]);
  await settled(world);
  // Past every retry of two of them, so that they are given up; the others wait.
  for (const ms of [6_000, 40_000, 3 * minuteMs, 12 * minuteMs]) {
    world.clock.move(ms);
    await settled(world);
  }
  world.receiver.answer('anju', 'accept');
  // Somebody who did it by hand, and well.
  world.receiver.handle('hillside', createListener({}, ['sign-key-of-hillside']));
  world.clock.catchUp();
  await settled(world);
}
