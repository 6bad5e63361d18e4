import { randomBytes } from 'node:crypto';

import { idPatterns } from '@doorbell/conformance';
import { createReceiver, type Receiver, type ReceiverOptions } from '@doorbell/receiver';
import { fetchHandler } from '@doorbell/receiver/fetch';
import { nodeHandler } from '@doorbell/receiver/node';
import { getRequestListener } from '@hono/node-server';

import { type Front, listen } from '../../packages/receiver/test/frameworks/front.ts';
import { extras, serve } from './careful-receiver.ts';
import { type Started, type Subject, signKey, unavoidable } from './subject.ts';

const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`;
const hardened = { idPatterns, webhookSecrets: webhookSecret, policy: 'require-hmac' } as const;
/** What the forms of ids let even a receiver of MD5 alone refuse. */
const withoutPatterns: readonly string[] = unavoidable.filter((id) => id !== 'forge-typed-by-visitor');

const onNode: Front = { name: 'node:http', start: (receiver) => listen(nodeHandler(receiver)) };
const onFetch: Front = {
  name: 'Fetch API',
  start: (receiver) => listen(getRequestListener(fetchHandler(receiver))),
};

/** The SDK behind a framework, with its effects counted on a port of their own. */
export async function startFront(front: Front, options: Partial<ReceiverOptions>): Promise<Started> {
  let effects = 0;
  const receiver: Receiver = createReceiver({
    signKeys: signKey,
    extra: extras,
    onChange: () => {
      effects += 1;
    },
    ...options,
  });
  const running = await front.start(receiver);
  if (running.port === null) throw new TypeError(`${front.name} has no port to send to.`);
  const counter = await serve((_request, response) => response.end(JSON.stringify({ effects })));
  return {
    url: `http://127.0.0.1:${running.port}/doorbell`,
    effectsUrl: counter.url,
    async stop() {
      await running.stop();
      await counter.stop();
    },
  };
}

const told = { extra: extras };

function onFront(front: Front): readonly Subject[] {
  return [
    {
      name: `createReceiver on ${front.name}, as it comes`,
      kind: 'sdk',
      expects: { fails: unavoidable },
      told,
      start: () => startFront(front, {}),
    },
    {
      name: `createReceiver on ${front.name}, with patterns of ids`,
      kind: 'sdk',
      expects: { fails: unavoidable.filter((id) => !withoutPatterns.includes(id)) },
      told,
      start: () => startFront(front, { idPatterns }),
    },
    {
      name: `createReceiver on ${front.name}, with patterns and the HMAC required`,
      kind: 'sdk',
      expects: { fails: [] },
      told: { ...told, webhookSecret },
      start: () => startFront(front, hardened),
    },
    {
      name: `createReceiver on ${front.name}, revision 2021-05`,
      kind: 'sdk',
      expects: { fails: [] },
      told: { ...told, webhookSecret, revision: '2021-05' },
      start: () => startFront(front, { ...hardened, revision: '2021-05' }),
    },
  ];
}

/** Accepts a webhook-signature header with one signature only, as a receiver would that knows no exchange of secrets. */
const onePerHeader: Front = {
  name: 'node:http',
  start: (receiver) =>
    listen(
      nodeHandler({
        ...receiver,
        receive(request) {
          // The adapter hands on Node's rawHeaders: names and values by turns.
          const headers = request.headers as readonly string[];
          const name = headers.findIndex((text) => text.toLowerCase() === 'webhook-signature');
          const several = name !== -1 && (headers[name + 1] ?? '').includes(' ');
          return several
            ? Promise.resolve(receiver.refuse('webhook-signature-malformed', 'more than one'))
            : receiver.receive(request);
        },
      }),
    ),
};

const misled: readonly Subject[] = [
  {
    name: 'createReceiver, policy md5, though the platform sends the HMAC',
    kind: 'sdk',
    expects: {
      fails: [
        ...unavoidable,
        'repeat-of-older-sequence',
        'repeat-of-webhook-id-runs-once',
        'webhook-absent',
        'webhook-body-changed',
        'webhook-id-of-another-task',
        'webhook-malformed',
        'webhook-stale',
        'webhook-wrong-secret',
      ],
    },
    told: { ...told, webhookSecret },
    start: () => startFront(onNode, {}),
  },
  {
    name: 'createReceiver, policy prefer-hmac, so that a forger leaves the HMAC out',
    kind: 'sdk',
    expects: { fails: [...unavoidable, 'webhook-absent'] },
    told: { ...told, webhookSecret },
    start: () => startFront(onNode, { webhookSecrets: webhookSecret }),
  },
  {
    name: 'createReceiver behind something that wants one signature',
    kind: 'sdk',
    expects: { fails: ['webhook-other-version', 'webhook-several-signatures'] },
    told: { ...told, webhookSecret },
    start: () => startFront(onePerHeader, hardened),
  },
];

export const sdkReceivers: readonly Subject[] = [...[onNode, onFetch].flatMap(onFront), ...misled];
