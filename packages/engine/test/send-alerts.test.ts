import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { type Robot, type RobotKind, startRobot } from '../../../test/robot.ts';
import type { AlertChannelDraft, AlertDispatchSettlement } from '../src/alert-channel.ts';
import type { Transport } from '../src/ports.ts';
import { sendAlerts, sendTestAlert } from '../src/send-alerts.ts';
import { breakerOpen, raise } from '../src/testing/store-contract/alert-cases.ts';
import { putChannel } from '../src/testing/store-contract/alert-channel-cases.ts';
import { World } from '../src/testing/store-contract/world.ts';
import { localTransport, never } from './a-request.ts';
import { openTestStore } from './sqlite-test-store.ts';

const secrets: Readonly<Record<RobotKind, string | null>> = {
  webhook: `whsec_${randomBytes(32).toString('base64')}`,
  wecom: null,
  dingtalk: 'SEC-of-a-dingtalk-robot',
  feishu: 'secret-of-a-feishu-robot',
};

interface Sending {
  readonly world: World;
  readonly robot: Robot;
  readonly settled: readonly AlertDispatchSettlement[];
  readonly failures: readonly unknown[];
  put(more?: Partial<AlertChannelDraft>): Promise<unknown>;
  /** Lets virtual time pass until so many requests were settled. */
  settle(count: number, stepMs?: number): Promise<void>;
  /** Lets virtual time pass; nothing is to be settled. */
  pass(ms: number): Promise<void>;
}

/** The real loop on a real store and a real robot; time moves only when told to. */
async function start(kind: RobotKind, secret: string | null = secrets[kind]): Promise<Sending> {
  const subject = openTestStore();
  const world = new World(subject);
  const robot = await startRobot(kind, { secret, now: () => world.clock.now() });
  const http = localTransport();
  let posts = 0;
  const transport: Transport = {
    post: (request, signal) => {
      posts += 1;
      return http.post(request, signal);
    },
  };
  const settled: AlertDispatchSettlement[] = [];
  const failures: unknown[] = [];
  const observer = {
    alertsSent: (_dispatch: unknown, settlement: AlertDispatchSettlement) => settled.push(settlement),
    failed: (_doing: string, error: unknown) => failures.push(error),
  };
  const put = (more: Partial<AlertChannelDraft> = {}) =>
    putChannel(world, { kind, url: robot.url, secret, ...more });
  await put();
  const stop = new AbortController();
  const { store, clock } = world;
  const running = sendAlerts({ store, transport, clock, observer }, stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
    await http.close();
    await robot.close();
    await subject.close();
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    world,
    robot,
    settled,
    failures,
    put,
    async settle(count, stepMs = 2_000) {
      while (settled.length < count) {
        await turn();
        // Never while a request is out: its lease would end, and it would be sent once more.
        if (clock.sleeping > 0 && posts === settled.length) clock.advance(stepMs);
      }
    },
    async pass(ms) {
      for (let passed = 0; passed < ms; passed += 2_000) {
        while (clock.sleeping === 0) await turn();
        clock.advance(2_000);
      }
      await turn();
    },
  };
}

const text = (robot: Robot, index: number) => robot.taken[index]?.raw ?? '';

test.each(['webhook', 'wecom', 'dingtalk', 'feishu'] as const)(
  'a %s hears of an alert, and of its end',
  async (kind) => {
    const { world, robot, settled, settle, failures } = await start(kind);
    const alert = await raise(world);
    await settle(1);
    await world.store.clearAlerts([alert.id]);
    await settle(2);
    expect(settled.map(({ failure }) => failure)).toEqual([null, null]);
    expect(text(robot, 0)).toMatch(/端点已熔断 e1/);
    expect(text(robot, 0)).toMatch(/连续失败 10 次/);
    expect(text(robot, 1)).toMatch(/【恢复】端点已熔断 e1/);
    expect(await world.store.findAlertChannel('group')).toMatchObject({ lastFailure: null });
    expect(failures).toEqual([]);
  },
);

test.each(['webhook', 'dingtalk', 'feishu'] as const)(
  'a %s with another secret takes nothing; the alert arrives once the secret is right',
  async (kind) => {
    const { world, robot, settled, settle, put } = await start(kind);
    await put({ secret: kind === 'webhook' ? `whsec_${randomBytes(32).toString('base64')}` : 'SEC-wrong' });
    await raise(world);
    await settle(1);
    expect(settled[0]?.failure).toMatch(/401|310000|19021/);
    expect(robot.taken).toEqual([]);
    expect((await world.store.findAlertChannel('group'))?.lastFailure).toMatch(/sign/);
    await put();
    await settle(2);
    expect(robot.taken).toHaveLength(1);
  },
);

test.each(['dingtalk', 'feishu', 'webhook'] as const)(
  'a %s without a secret gets no signature',
  async (kind) => {
    const { world, robot, settle } = await start(kind, null);
    await raise(world);
    await settle(1);
    expect(text(robot, 0)).not.toContain('"sign"');
    expect(robot.taken[0]?.headers['webhook-signature']).toBeUndefined();
  },
);

test('a webhook gets facts for programs, under an id that stays the same when it is sent again', async () => {
  const { world, robot, settle } = await start('webhook');
  const raisedAt = new Date(world.clock.now()).toISOString();
  robot.answerWith({ status: 500, body: 'down' });
  const alert = await raise(world);
  await settle(1);
  robot.answerWith(null);
  await settle(2);
  const [message] = robot.taken;
  expect(message?.headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'webhook-id': `alert.${alert.id}.raised`,
  });
  expect(message?.json).toEqual({
    type: 'alert.raised',
    timestamp: raisedAt,
    data: {
      id: alert.id,
      kind: 'breaker-open',
      endpointId: 'e1',
      customerId: 'c1',
      raisedAt,
      clearedAt: null,
      detail: { failures: 10 },
      text: expect.stringMatching(/^【告警】端点已熔断 e1\n接收端点: e1\n客户: c1\n/),
    },
  });
});

test.each([
  ['wecom', '{"errcode":93000,"errmsg":"invalid webhook url"}'],
  ['dingtalk', '{"errcode":300001,"errmsg":"token is not exist"}'],
  ['feishu', '{"code":19001,"msg":"param invalid: incoming webhook access token invalid"}'],
  ['wecom', '<html>a proxy that asks to sign in</html>'],
  ['feishu', '[]'],
] as const)('an error of a %s at HTTP 200 is a failure: %s', async (kind, body) => {
  const { world, robot, settled, settle } = await start(kind);
  robot.answerWith({ status: 200, body });
  await raise(world);
  await settle(1);
  expect(settled[0]?.failure).toContain(body.slice(0, 20));
  expect(settled[0]?.steps).toMatchObject([{ step: { kind: 'retry', delayMs: 10_000 } }]);
});

test('the answer of an older Feishu robot, which says StatusCode, is one as well', async () => {
  const { world, robot, settled, settle } = await start('feishu');
  robot.answerWith({ status: 200, body: '{"StatusCode":0,"StatusMessage":"success"}' });
  await raise(world);
  await settle(1);
  expect(settled[0]?.failure).toBeNull();
});

test('a redirect is not followed, and counts as a failure', async () => {
  const { world, robot, settled, settle } = await start('webhook');
  robot.answerWith({ status: 302, body: '', location: robot.url });
  await raise(world);
  await settle(1);
  expect(settled[0]?.failure).toMatch(/^HTTP 302/);
  expect(robot.asked).toBe(1);
});

test('an address on a private network is not called', async () => {
  const { world, settled, settle, put } = await start('webhook');
  await put({ url: 'http://169.254.169.254/latest/meta-data' });
  await raise(world);
  await settle(1);
  expect(settled[0]?.failure).toMatch(/^blocked-address/);
});

test('what a channel does not take is tried again for a day, ever less often, and then given up', async () => {
  const { world, robot, settled, settle } = await start('wecom');
  robot.answerWith({ status: 503, body: '' });
  await raise(world);
  const steps = () => settled.map(({ steps: [first] }) => first?.step);
  while (steps().at(-1)?.kind !== 'given-up') await settle(settled.length + 1, 60_000);
  const delays = steps().flatMap((step) => (step?.kind === 'retry' ? [step.delayMs / 1_000] : []));
  expect(delays.slice(0, 7)).toEqual([10, 30, 120, 600, 1_800, 3_600, 3_600]);
  expect(delays.reduce((sum, delay) => sum + delay, 0)).toBeLessThanOrEqual(24 * 3_600);
  expect(delays.length).toBeGreaterThan(20);
});

test('a robot gets several alerts in one message, never more than 20 messages a minute', async () => {
  const { world, robot, settled, settle } = await start('dingtalk');
  const conditions = Array.from({ length: 43 }, (_, index) => breakerOpen(`e${index}`));
  await world.store.raiseAlerts(conditions);
  const startedAt = world.clock.now();
  await settle(9, 500);
  expect(robot.taken.map(({ json }) => json.markdown.text.match(/熔断 e\d+/g).length)).toEqual([
    5, 5, 5, 5, 5, 5, 5, 5, 3,
  ]);
  expect(robot.taken[0]?.json.markdown.title).toBe('5 条告警消息');
  expect(settled.every(({ pauseMs }) => pauseMs > 3_000)).toBe(true);
  expect(world.clock.now() - startedAt).toBeGreaterThan(8 * 3_000);
});

test('five alerts with the longest words stay within what WeCom takes', async () => {
  const { world, robot, settle } = await start('wecom');
  const name = 'e'.repeat(63);
  await world.store.raiseAlerts(
    Array.from({ length: 5 }, (_, index) => ({
      kind: 'endpoint-paused' as const,
      endpointId: `${name}${index}`,
      customerId: name,
      detail: { reason: 'unauthorized' as const, text: '拒'.repeat(900) },
    })),
  );
  await settle(1);
  const { content } = robot.taken[0]?.json.markdown ?? {};
  expect(Buffer.byteLength(content)).toBeLessThanOrEqual(4_096);
  expect(content).not.toContain('\uFFFD');
});

test('a robot that says that it was too much is left alone for a while', async () => {
  const { world, robot, settled, settle, pass } = await start('dingtalk');
  robot.answerWith({ status: 200, body: '{"errcode":130101,"errmsg":"send too fast"}' });
  await raise(world);
  await settle(1);
  robot.answerWith(null);
  expect(settled[0]).toMatchObject({ pauseMs: 600_000 });
  await pass(590_000);
  expect(robot.asked).toBe(1);
  await settle(2);
  expect(robot.taken).toHaveLength(1);
});

test.each(['wecom', 'dingtalk', 'feishu'] as const)(
  'what an endpoint answered cannot link, mention or break lines in a message to a %s',
  async (kind) => {
    const { world, robot, settle } = await start(kind);
    await world.store.raiseAlerts([
      {
        kind: 'endpoint-paused',
        endpointId: 'e1',
        customerId: 'c1',
        detail: {
          reason: 'unauthorized',
          text: 'state 401. <@all> <at id=all></at> [click](http://evil.example)\n\n# **Heading** \u202e\0',
        },
      },
    ]);
    await settle(1);
    const { json } = robot.taken[0] ?? {};
    const markdown: string = json.markdown?.content ?? json.markdown?.text ?? '';
    expect(markdown).not.toMatch(/<@|<at|\[click\]|\n# |\u202e/);
    // A card of Feishu holds it as plain text, which means nothing.
    for (const element of json.card?.elements ?? []) {
      expect(element.text.tag).toBe('plain_text');
      expect(element.text.content.split('\n')).toHaveLength(5);
    }
  },
);

test('a channel of another language is told in that language', async () => {
  const { world, robot, settle, put } = await start('feishu');
  await put({ language: 'en' });
  await world.store.raiseAlerts([
    {
      kind: 'refusals',
      endpointId: 'e1',
      customerId: 'c1',
      detail: { refused: 12, settled: 40, windowMs: 900_000 },
    },
  ]);
  await settle(1);
  const { card } = robot.taken[0]?.json ?? {};
  expect(card.header).toMatchObject({ template: 'red', title: { content: '[Alert] Too many refusals e1' } });
  expect(card.elements[0].text.content).toBe(
    [
      'Endpoint: e1',
      'Customer: c1',
      'What: the customer refused 12 of 40 notifications in the last 15 min',
      'Raised at: 2026-01-01 00:00:00 UTC',
      'To do: Look at the refused notifications, and ask the customer.',
    ].join('\n'),
  );
});

test('a test message shows what the channel answers, and is no alert', async () => {
  const { world, robot, settled } = await start('dingtalk');
  const channel = await world.store.findAlertChannel('group');
  if (channel === undefined) throw new Error('no channel');
  const ports = { transport: localTransport(), clock: world.clock };
  onTestFinished(() => ports.transport.close());
  expect(await sendTestAlert(channel, ports, never)).toEqual({
    ok: true,
    isThrottled: false,
    httpStatus: 200,
    detail: 'HTTP 200 {"errcode":0,"errmsg":"ok"}',
  });
  expect(text(robot, 0)).toContain('测试消息');
  expect(await sendTestAlert({ ...channel, secret: 'SEC-other' }, ports, never)).toMatchObject({
    ok: false,
    detail: expect.stringContaining('sign not match'),
  });
  expect(settled).toEqual([]);
});

test('a store that fails is told of, and sending goes on', async () => {
  const { world, failures, settle } = await start('webhook');
  const { claimAlertDispatches } = world.store;
  let left = 2;
  Object.assign(world.store, {
    claimAlertDispatches: (limit: number, leaseMs: number) => {
      left -= 1;
      return left >= 0 ? Promise.reject(new Error('away')) : claimAlertDispatches(limit, leaseMs);
    },
  });
  await raise(world);
  await settle(1);
  expect(failures).toMatchObject([{ message: 'away' }, { message: 'away' }]);
});
