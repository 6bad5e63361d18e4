import { VirtualClock } from '@doorbell/engine/testing';
import { describe, expect, test } from 'vitest';
import { Problem } from '../src/problem.ts';
import { SignInThrottle } from '../src/sign-in-throttle.ts';
import { addUser, fromOwnPage, password } from './browser.ts';
import { startApp } from './start-app.ts';

/** Whether an attempt may be made now. */
function mayTry(throttle: SignInThrottle, account: string, address: string): boolean {
  try {
    throttle.begin(account, address);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.status === 429) return false;
    throw error;
  }
}

const home = '198.51.100.1';
const attacker = (index: number) => `203.0.113.${index}`;

describe('guessing a password', () => {
  test('takes bounded memory: beyond 10,000 pairs the oldest is forgotten', () => {
    const throttle = new SignInThrottle(new VirtualClock());
    for (let time = 0; time < 6; time += 1) mayTry(throttle, 'root', home);
    expect(mayTry(throttle, 'root', home)).toBe(false);
    const others = (count: number) => {
      for (let index = 0; index < count; index += 1) mayTry(throttle, `user-${index}`, `address-${index}`);
    };
    others(9_999);
    expect(mayTry(throttle, 'root', home)).toBe(false);
    others(10_000);
    expect(mayTry(throttle, 'root', home)).toBe(true);
  });

  test('costs a growing wait from the sixth on, which passes by itself', async () => {
    const clock = new VirtualClock();
    const throttle = new SignInThrottle(clock);
    const tries = Array.from({ length: 7 }, () => mayTry(throttle, 'root', home));
    expect(tries).toEqual([true, true, true, true, true, false, false]);
    await clock.advance(1_000);
    expect([mayTry(throttle, 'root', home), mayTry(throttle, 'root', home)]).toEqual([true, false]);
    await clock.advance(1_999);
    expect(mayTry(throttle, 'root', home)).toBe(false);
    await clock.advance(1);
    expect(mayTry(throttle, 'root', home)).toBe(true);
  });

  test('of many accounts from one address ends after fifty', () => {
    const throttle = new SignInThrottle(new VirtualClock());
    const tries = Array.from({ length: 60 }, (_, index) => mayTry(throttle, `user${index}`, home));
    expect(tries.filter((may) => may)).toHaveLength(50);
  });

  test('from all over the world never locks an admin out at the address that is familiar, nor for longer than it lasts', async () => {
    const clock = new VirtualClock();
    const throttle = new SignInThrottle(clock);
    throttle.begin('root', home);
    throttle.succeeded('root', home);
    const tries = Array.from({ length: 200 }, (_, index) => mayTry(throttle, 'root', attacker(index)));
    expect(tries.filter((may) => may)).toHaveLength(50);
    expect(mayTry(throttle, 'root', '198.51.100.2')).toBe(false);
    expect(mayTry(throttle, 'root', home)).toBe(true);
    await clock.advance(15 * 60_000);
    expect(mayTry(throttle, 'root', '198.51.100.2')).toBe(true);
  });

  test('is forgiven by the right password', () => {
    const throttle = new SignInThrottle(new VirtualClock());
    for (let turn = 0; turn < 200; turn += 1) {
      throttle.begin('root', home);
      throttle.succeeded('root', home);
    }
    expect(mayTry(throttle, 'root', home)).toBe(true);
  });

  test('is answered 429 with the time to wait, at once for many at the same time', async () => {
    const app = await startApp();
    await addUser(app, 'root', 'admin');
    const guess = () =>
      app.call('POST', '/v1/sessions', { userName: 'root', password: 'wrong' }, fromOwnPage);
    const answers = await Promise.all(Array.from({ length: 12 }, guess));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([
      ...Array(5).fill(401),
      ...Array(7).fill(429),
    ]);
    const refused = await app.call('POST', '/v1/sessions', { userName: 'root', password }, fromOwnPage);
    expect([refused.status, refused.json.type]).toEqual([429, '/problems/too-many-requests']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });
});
