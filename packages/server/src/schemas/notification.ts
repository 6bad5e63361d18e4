import {
  type Notification,
  type NotificationFilter,
  type NotificationResult,
  notificationId,
} from '@doorbell/engine';
import { type Static, Type } from 'typebox';
import { explainNotification } from '../explain-notification.ts';
import { attempt } from './attempt.ts';
import { customerId, endpointId, houseId, houseTaskId, packageId } from './id.ts';
import { nullable } from './nullable.ts';
import { state, stateFilter } from './state-change.ts';
import { queryTime, readTime, showTime, showTimeOrNull, time } from './time.ts';

const resultNames = ['pending', 'delivered', 'refused', 'failed', 'superseded'] as const;

const result = Type.Unsafe<NotificationResult>({
  type: 'integer',
  minimum: 0,
  maximum: 4,
  description: '0 pending, 1 delivered, 2 refused, 3 failed, 4 superseded by a newer change.',
});

export const filterFields = {
  customerId: Type.Optional(customerId),
  endpointId: Type.Optional(endpointId),
  houseTaskId: Type.Optional(houseTaskId),
  houseId: Type.Optional(houseId),
  result: Type.Optional(result),
  state: Type.Optional(stateFilter),
  from: Type.Optional(queryTime('Recorded at or after.')),
  to: Type.Optional(queryTime('Recorded before.')),
};

const filter = Type.Object(filterFields, { additionalProperties: false, minProperties: 1 });

export const resendBody = Type.Object(
  { filter, dryRun: Type.Optional(Type.Boolean({ description: 'Count what matches, and do nothing.' })) },
  { additionalProperties: false },
);

/** Throws the problem that names a time it cannot read. */
export function readFilter(given: Static<typeof filter>, pointer = ''): NotificationFilter {
  const { customerId, endpointId, houseTaskId, houseId, result, state, from, to } = given;
  return {
    customerId,
    endpointId,
    houseTaskId,
    houseId,
    result,
    state,
    from: from === undefined ? undefined : readTime(`${pointer}/from`, from),
    to: to === undefined ? undefined : readTime(`${pointer}/to`, to),
  };
}

const notificationFields = {
  id: Type.String({ examples: ['n42-7'] }),
  customerId,
  endpointId,
  houseTaskId,
  sequence: Type.Integer(),
  houseId,
  packageId,
  state,
  result,
  resultName: Type.Enum([...resultNames]),
  createdAt: { ...time, description: 'When the change was recorded.' },
  settledAt: nullable({ ...time, description: 'When the result was recorded; null while pending.' }),
  attemptCount: Type.Integer({
    description: 'All attempts on record, with those before a resend and those with the previous sign key.',
  }),
  lastAttempt: nullable(
    Type.Object({
      at: time,
      reason: Type.String(),
      detail: Type.String(),
      httpStatus: nullable(Type.Integer()),
      state: nullable(Type.Integer()),
    }),
  ),
  waiting: nullable(
    Type.Object({
      for: Type.Enum([
        'delivery',
        'answer',
        'retry',
        'earlier-change',
        'parked-task',
        'endpoint-paused',
        'breaker',
      ]),
      until: Type.Optional({ ...time, description: 'When it is tried next, where that is known.' }),
      sequence: Type.Optional(Type.Integer({ description: 'The change of the task that it waits behind.' })),
    }),
  ),
  explanation: Type.String({ description: 'A sentence for people: where it stands and why.' }),
};

export const notification = Type.Object(notificationFields, { title: 'Notification' });

export const notificationWithAttempts = Type.Object(
  { ...notificationFields, attempts: Type.Array(attempt, { description: 'Oldest first.' }) },
  { title: 'NotificationWithAttempts' },
);

export function showNotification(stored: Notification): Static<typeof notification> {
  const { lastAttempt } = stored;
  return {
    id: notificationId(stored),
    customerId: stored.customerId,
    endpointId: stored.endpointId,
    houseTaskId: stored.houseTaskId,
    sequence: stored.sequence,
    houseId: stored.houseId,
    packageId: stored.packageId,
    state: stored.state,
    result: stored.result,
    resultName: resultNames[stored.result],
    createdAt: showTime(stored.createdAt),
    settledAt: showTimeOrNull(stored.settledAt),
    attemptCount: stored.attempts,
    lastAttempt: lastAttempt && {
      at: showTime(lastAttempt.at),
      reason: lastAttempt.reason,
      detail: lastAttempt.detail,
      httpStatus: lastAttempt.httpStatus,
      state: lastAttempt.responseState,
    },
    waiting: showWaiting(stored),
    explanation: explainNotification(stored),
  };
}

function showWaiting({ waiting }: Notification): Static<typeof notification>['waiting'] {
  if (waiting === null) return null;
  switch (waiting.for) {
    case 'retry':
      return { for: waiting.for, until: showTime(waiting.dueAt) };
    case 'breaker':
      return { for: waiting.for, until: showTime(waiting.probeAt) };
    case 'earlier-change':
    case 'parked-task':
      return { for: waiting.for, sequence: waiting.sequence };
    default:
      return { for: waiting.for };
  }
}
