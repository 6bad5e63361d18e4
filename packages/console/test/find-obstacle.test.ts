import { interpret } from '@doorbell/engine';
import type { Notification } from '@doorbell/server/api';
import { describe, expect, it } from 'vitest';
import { adviceOn, findObstacle } from '../src/pages/tasks/find-obstacle.ts';
import { customerSaid } from '../src/parts/customer-said.ts';

const waits = (sequence: number, waiting: Notification['waiting'], endpointId = 'e1') =>
  ({ endpointId, sequence, result: 0, waiting }) as Notification;
const retried = waits(2, { for: 'retry', until: '2026-11-24T08:00:00.000Z' });
const behind = waits(4, { for: 'earlier-change', sequence: 2 });

describe('what keeps a notification from being delivered', () => {
  it('is the earlier change that it waits behind, of the same endpoint', () => {
    const ofAnother = waits(2, { for: 'endpoint-paused' }, 'e2');
    expect(findObstacle(behind, [behind, ofAnother, retried])).toBe(retried);
  });

  it('is itself when it waits behind nothing, or behind what was not read', () => {
    expect(findObstacle(retried, [behind, retried])).toBe(retried);
    expect(findObstacle(behind, [behind])).toBe(behind);
  });

  it.each([
    [{ result: 0, waiting: { for: 'endpoint-paused' } }, 'resume'],
    [{ result: 0, waiting: { for: 'breaker' } }, 'wait'],
    [{ result: 0, waiting: { for: 'retry' } }, 'mend'],
    [{ result: 0, waiting: { for: 'parked-task', sequence: 1 } }, 'resend'],
    [{ result: 0, waiting: { for: 'delivery' } }, undefined],
    [{ result: 1, waiting: null }, undefined],
    [{ result: 2, waiting: null }, 'ask'],
    [{ result: 3, waiting: null }, 'resend'],
  ] as const)('%o asks a person to %s', (notification, advice) => {
    expect(adviceOn(notification as Notification)).toBe(advice);
  });
});

describe('what the customer wrote', () => {
  const answered = (state: number, payload: string) =>
    interpret({
      kind: 'response',
      httpStatus: 200,
      body: Buffer.from(JSON.stringify({ state, payload })),
      remoteAddress: null,
      retryAfter: null,
    }).detail;

  it.each([
    [500, 'HikariPool-1 - Connection is not available'],
    [401, '签名不符'],
    [403, 'not ours. It said: no'],
  ])('is found in the sentence that the engine keeps of a state %i', (state, payload) => {
    expect(customerSaid(answered(state, payload))).toBe(payload);
  });

  it('is nothing when the payload was empty', () => {
    expect(customerSaid(answered(500, ''))).toBeUndefined();
  });
});
