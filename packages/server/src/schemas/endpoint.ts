import {
  endpointPolicyDefaults as defaults,
  type Endpoint,
  type EndpointPolicy,
  totalTimeoutMsMax,
} from '@doorbell/engine';
import { type Static, type TSchema, Type } from 'typebox';
import { customerId, endpointId } from './id.ts';
import { nullable } from './nullable.ts';
import { showTime, showTimeOrNull, time } from './time.ts';

const dayMs = 24 * 3_600_000;

const url = Type.String({
  minLength: 1,
  maxLength: 2_048,
  description: 'http or https. On a private network only where the installation allows it.',
  examples: ['https://hooks.example.com/doorbell'],
});

const signKeyText = Type.String({ minLength: 1, maxLength: 256 });

const signKey = nullable({
  ...signKeyText,
  description:
    'The key agreed with the customer. Required at creation; null sends unsigned; left out later, it stays.',
  writeOnly: true,
});

const policy = {
  revision: Type.Enum(['seed', '2021-05'], {
    default: defaults.revision,
    description: '`2021-05` leaves userId and userName out.',
  }),
  coalesce: Type.Enum(['every', 'latest'], {
    default: defaults.coalesce,
    description:
      '`latest`: a change that a newer one of the same task overtook is recorded as superseded and not sent any more.',
  }),
  onGiveUp: Type.Enum(['continue', 'park'], {
    default: defaults.onGiveUp,
    description:
      'After the retry horizon: go on with the next change of the task, or park it until someone resends.',
  }),
  inFlightMax: limit(
    1,
    256,
    defaults.inFlightMax,
    'Requests at the same time, from each process that delivers.',
  ),
  connectTimeoutMs: limit(100, 10_000, defaults.connectTimeoutMs, 'Milliseconds.'),
  totalTimeoutMs: limit(
    1_000,
    totalTimeoutMsMax,
    defaults.totalTimeoutMs,
    'Milliseconds, to the last byte of the answer.',
  ),
  retryHorizonMs: limit(
    60_000,
    30 * dayMs,
    defaults.retryHorizonMs,
    'Milliseconds after the first try, not counting time in which the endpoint was paused or its breaker open; ' +
      'an endpoint that answers nobody is therefore never given up.',
  ),
  deliveryFailedUrl: nullable({
    ...url,
    description: 'Where a delivery-failed notice goes at the end of the horizon; null for nowhere.',
  }),
};

function limit(minimum: number, maximum: number, byDefault: number, description: string) {
  return Type.Integer({ minimum, maximum, default: byDefault, description });
}

export const endpointBody = Type.Object(
  {
    customerId,
    url,
    signKey: Type.Optional(signKey),
    webhookSecret: Type.Optional(
      nullable({
        ...Type.String({ maxLength: 128 }),
        description:
          '`whsec_` and 24 to 64 bytes in base64, for the Standard Webhooks headers; null for none.',
        writeOnly: true,
      }),
    ),
    revision: Type.Optional(policy.revision),
    coalesce: Type.Optional(policy.coalesce),
    onGiveUp: Type.Optional(policy.onGiveUp),
    inFlightMax: Type.Optional(policy.inFlightMax),
    connectTimeoutMs: Type.Optional(policy.connectTimeoutMs),
    totalTimeoutMs: Type.Optional(policy.totalTimeoutMs),
    retryHorizonMs: Type.Optional(policy.retryHorizonMs),
    deliveryFailedUrl: Type.Optional(policy.deliveryFailedUrl),
  },
  { additionalProperties: false },
);

/** What the body says of the policy, with defaults for the rest. */
export function readPolicy(body: Static<typeof endpointBody>): EndpointPolicy {
  return {
    revision: body.revision ?? defaults.revision,
    coalesce: body.coalesce ?? defaults.coalesce,
    onGiveUp: body.onGiveUp ?? defaults.onGiveUp,
    inFlightMax: body.inFlightMax ?? defaults.inFlightMax,
    connectTimeoutMs: body.connectTimeoutMs ?? defaults.connectTimeoutMs,
    totalTimeoutMs: body.totalTimeoutMs ?? defaults.totalTimeoutMs,
    retryHorizonMs: body.retryHorizonMs ?? defaults.retryHorizonMs,
    deliveryFailedUrl: body.deliveryFailedUrl ?? defaults.deliveryFailedUrl,
  };
}

/** What the API shows of an endpoint: never a key. */
export const endpoint = Type.Object(
  {
    id: endpointId,
    customerId,
    url,
    hasSignKey: Type.Boolean(),
    rotatingUntil: nullable({
      ...time,
      description: 'Until then an answer 401 to the new sign key is tried once more with the old one.',
    }),
    hasWebhookSecret: Type.Boolean(),
    ...policy,
    pause: nullableObject({
      at: time,
      reason: Type.Enum(['operator', 'customer', 'unauthorized', 'gone']),
      detail: Type.String(),
    }),
    breaker: Type.Object({
      state: Type.Enum(['closed', 'open', 'slow-start']),
      failures: Type.Integer({ description: 'Consecutive ones.' }),
      openedAt: nullable(time),
      probeAt: nullable(time),
    }),
    createdAt: time,
    updatedAt: time,
  },
  { title: 'Endpoint' },
);

function nullableObject<P extends Record<string, TSchema>>(properties: P) {
  return nullable(Type.Object(properties));
}

export function showEndpoint(stored: Endpoint): Static<typeof endpoint> {
  const { pause, breaker } = stored;
  return {
    id: stored.id,
    customerId: stored.customerId,
    url: stored.url,
    hasSignKey: stored.signKey !== null,
    rotatingUntil: stored.previousSignKey === null ? null : showTimeOrNull(stored.previousSignKeyUntil),
    hasWebhookSecret: stored.webhookSecret !== null,
    revision: stored.revision,
    coalesce: stored.coalesce,
    onGiveUp: stored.onGiveUp,
    inFlightMax: stored.inFlightMax,
    connectTimeoutMs: stored.connectTimeoutMs,
    totalTimeoutMs: stored.totalTimeoutMs,
    retryHorizonMs: stored.retryHorizonMs,
    deliveryFailedUrl: stored.deliveryFailedUrl,
    pause: pause === null ? null : { at: showTime(pause.at), reason: pause.reason, detail: pause.detail },
    breaker: {
      state: breaker.openedAt !== null ? 'open' : breaker.ramp !== null ? 'slow-start' : 'closed',
      failures: breaker.failures,
      openedAt: showTimeOrNull(breaker.openedAt),
      probeAt: showTimeOrNull(breaker.probeAt),
    },
    createdAt: showTime(stored.createdAt),
    updatedAt: showTime(stored.updatedAt),
  };
}

export const rotateKeyBody = Type.Object(
  {
    signKey: Type.Optional({
      ...signKeyText,
      description: 'Left out: one is generated and shown once.',
      writeOnly: true,
    }),
    overlapMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 30 * dayMs,
        default: dayMs,
        description: 'How long the old key stays valid.',
      }),
    ),
  },
  { additionalProperties: false },
);
