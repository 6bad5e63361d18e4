import {
  type Alert,
  type AlertChannel,
  alertChannelKinds,
  alertKinds,
  alertStateOf,
  alertStates,
  hourMs,
  minuteMs,
} from '@doorbell/engine';
import { type Static, Type } from 'typebox';
import { customerId, endpointId } from './id.ts';
import { nullable } from './nullable.ts';
import { showTime, showTimeOrNull, time } from './time.ts';

export const alertKind = Type.Enum([...alertKinds]);
export const alertState = Type.Enum([...alertStates], {
  description: '`open`: it holds, and nobody has acknowledged it.',
});
const channelKind = Type.Enum([...alertChannelKinds]);

const optional = {
  reason: Type.Enum(['operator', 'customer', 'unauthorized', 'gone']),
  text: Type.String(),
  failures: Type.Integer(),
  oldestPendingAt: time,
  thresholdMs: Type.Integer(),
  refused: Type.Integer(),
  settled: Type.Integer(),
  windowMs: Type.Integer(),
};

export const alert = Type.Object(
  {
    id: Type.Integer(),
    kind: alertKind,
    state: alertState,
    endpointId,
    customerId,
    raisedAt: time,
    clearedAt: nullable(time),
    acknowledgedAt: nullable(time),
    acknowledgedBy: nullable(Type.String()),
    detail: Type.Partial(Type.Object(optional), {
      description: 'What was seen when it was raised; which of these there are depends on the kind.',
    }),
  },
  { title: 'Alert' },
);

/** Who acknowledged it is a matter of the staff: a customer is told only that somebody did. */
export function showAlert(stored: Alert, isStaff: boolean): Static<typeof alert> {
  const { id, kind, endpointId: endpoint, customerId: customer } = stored;
  const detail =
    stored.kind === 'backlog-age'
      ? { ...stored.detail, oldestPendingAt: showTime(stored.detail.oldestPendingAt) }
      : stored.detail;
  return {
    id,
    kind,
    state: alertStateOf(stored),
    endpointId: endpoint,
    customerId: customer,
    raisedAt: showTime(stored.raisedAt),
    clearedAt: showTimeOrNull(stored.clearedAt),
    acknowledgedAt: showTimeOrNull(stored.acknowledgedAt),
    acknowledgedBy: isStaff ? stored.acknowledgedBy : null,
    detail,
  };
}

const channelId = { ...endpointId, examples: ['ops-group'] };
export const alertChannelParams = Type.Object({ channelId });

const channelPolicy = {
  kind: channelKind,
  on: Type.Array(alertKind, {
    uniqueItems: true,
    maxItems: alertKinds.length,
    description: 'Which kinds it is sent.',
  }),
  language: Type.Enum(['zh', 'en'], { default: 'zh' }),
  enabled: Type.Boolean({
    default: true,
    description: 'What waits for a channel that is disabled is dropped.',
  }),
};

export const alertChannelBody = Type.Object(
  {
    kind: channelPolicy.kind,
    url: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 2_048,
        description:
          'Of the webhook or robot. Required at creation; left out later, it stays. Never shown again.',
        writeOnly: true,
      }),
    ),
    secret: Type.Optional(
      nullable({
        ...Type.String({ minLength: 1, maxLength: 256 }),
        description:
          'webhook: `whsec_` and 24 to 64 bytes in base64, required at creation. dingtalk, feishu: what the robot shows when signing is on. wecom: none. Left out later, it stays.',
        writeOnly: true,
      }),
    ),
    on: Type.Optional(channelPolicy.on),
    language: Type.Optional(channelPolicy.language),
    enabled: Type.Optional(channelPolicy.enabled),
  },
  { additionalProperties: false },
);

/** Never its URL, which lets anyone write to the group, nor its secret. */
export const alertChannel = Type.Object(
  {
    id: channelId,
    ...channelPolicy,
    origin: Type.String({ description: 'Of the URL.', examples: ['https://qyapi.weixin.qq.com'] }),
    hasSecret: Type.Boolean(),
    lastSentAt: nullable(time),
    lastFailedAt: nullable(time),
    lastFailure: nullable(Type.String()),
    createdAt: time,
    updatedAt: time,
  },
  { title: 'AlertChannel' },
);

export function showAlertChannel(stored: AlertChannel): Static<typeof alertChannel> {
  return {
    id: stored.id,
    kind: stored.kind,
    on: [...stored.wants],
    language: stored.language,
    enabled: stored.enabled,
    origin: new URL(stored.url).origin,
    hasSecret: stored.secret !== null,
    lastSentAt: showTimeOrNull(stored.lastSentAt),
    lastFailedAt: showTimeOrNull(stored.lastFailedAt),
    lastFailure: stored.lastFailure,
    createdAt: showTime(stored.createdAt),
    updatedAt: showTime(stored.updatedAt),
  };
}

export const alertThresholds = Type.Object(
  {
    backlogAgeMs: Type.Integer({
      minimum: minuteMs,
      maximum: 30 * 24 * hourMs,
      description: 'Milliseconds. Older than this is the oldest notification that waits.',
    }),
    refusalsMin: Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'How many refusals at least.' }),
    refusalsShare: Type.Number({ minimum: 0, maximum: 1, description: 'And which share of what settled.' }),
    refusalsWindowMs: Type.Integer({
      minimum: minuteMs,
      maximum: 24 * hourMs,
      description: 'Milliseconds, counted back from now in whole minutes.',
    }),
  },
  { additionalProperties: false, title: 'AlertThresholds' },
);
