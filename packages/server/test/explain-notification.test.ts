import type { LastAttempt, Notification } from '@doorbell/engine';
import { expect, test } from 'vitest';
import { explainNotification } from '../src/explain-notification.ts';

const at = Date.UTC(2026, 0, 1);
const lastAttempt: LastAttempt = {
  at,
  reason: 'response-state',
  detail: 'The endpoint answered state 500.',
  httpStatus: 200,
  responseState: 500,
};
const last = ' Last attempt, at 2026-01-01T00:00:00.000Z: The endpoint answered state 500.';

function explain(told: Pick<Notification, 'result' | 'attempts'> & Partial<Notification>): string {
  return explainNotification({
    laneId: 1,
    sequence: 1,
    customerId: 'acme',
    endpointId: 'acme-main',
    houseTaskId: 'task-1',
    houseId: 'house-1',
    packageId: 'package-x',
    state: 9000,
    createdAt: at,
    settledAt: at,
    lastAttempt: told.attempts === 0 ? null : lastAttempt,
    waiting: null,
    ...told,
  });
}

test('a superseded notification is said to be unsent only when it was never tried', () => {
  expect(explain({ result: 4, attempts: 0 })).toBe(
    'Superseded: a newer change of the task overtook it before it was sent; the endpoint asked for the latest only.',
  );
  expect(explain({ result: 4, attempts: 1 })).toBe(
    'Superseded: a newer change of the task overtook it after 1 attempt, which was not accepted; ' +
      `the endpoint asked for the latest only.${last}`,
  );
  expect(explain({ result: 4, attempts: 3 })).toBe(
    'Superseded: a newer change of the task overtook it after 3 attempts, none of them accepted; ' +
      `the endpoint asked for the latest only.${last}`,
  );
});

test('what a customer answered without a full stop does not run into the next sentence', () => {
  const detail = 'The endpoint answered state 500. It said: no connection';
  expect(explain({ result: 3, attempts: 2, lastAttempt: { ...lastAttempt, detail } })).toMatch(
    /It said: no connection\. Resend it once the cause is mended\.$/,
  );
  const waiting = { for: 'endpoint-paused', since: at, reason: 'unauthorized', detail } as const;
  expect(explain({ result: 0, attempts: 0, waiting })).toMatch(/no connection\.\) Resume it to go on\.$/);
});

test('attempts are counted over resends, which a sentence does not mix up with the number of an attempt', () => {
  expect(explain({ result: 1, attempts: 1 })).toBe('Delivered: the customer accepted it.');
  expect(explain({ result: 1, attempts: 3 })).toBe(
    'Delivered: the customer accepted it, after 3 attempts in all.',
  );
  expect(explain({ result: 3, attempts: 3 })).toMatch(/^Failed: it was given up, after 3 attempts in all\./);
});
