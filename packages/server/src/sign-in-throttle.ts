import type { Clock } from '@doorbell/engine';
import { Problem } from './problem.ts';

/** Wrong passwords that cost nothing yet, from one address for one account. */
const freeFailures = 5;
const firstDelayMs = 1_000;
const delayMsMax = 15 * 60_000;
const forgottenAfterMs = 60 * 60_000;

/** Wrong passwords from one address, for any account, within `windowMs`. */
const perAddressMax = 50;
/** Wrong passwords for one account from all addresses that it never signed in from, within `windowMs`. */
const perAccountMax = 50;
const windowMs = 15 * 60_000;

/** Beyond this many, the oldest are forgotten: memory stays bounded whatever is sent. */
const rememberedMax = 10_000;

interface Failures {
  readonly count: number;
  readonly atMs: number;
}

/**
 * Slows guessing without giving anyone the power to lock an account: the delay grows for the pair of account and address,
 * and what strangers do to an account counts only for addresses from which it never signed in. All of it passes by
 * itself within the hour, and with a restart.
 */
export class SignInThrottle {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #byPair = new Map<string, Failures>();
  readonly #byAddress = new Map<string, Failures>();
  readonly #byAccount = new Map<string, Failures>();
  readonly #familiar = new Map<string, true>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /**
   * Counts an attempt as a failure until `succeeded` takes it back, so that many at once are no way around. Throws a 429
   * problem, which says when to come again, while this pair has to wait.
   */
  begin(account: string, address: string): void {
    const now = this.#clock.monotonicMs();
    const pair = pairOf(account, address);
    const waits = [waitOfPair(this.#byPair.get(pair), now)];
    waits.push(waitOfWindow(this.#byAddress.get(address), perAddressMax, now));
    if (!this.#familiar.has(pair)) waits.push(waitOfWindow(this.#byAccount.get(account), perAccountMax, now));
    const waitMs = Math.max(...waits);
    if (waitMs > 0) {
      throw new Problem('too-many-requests', 'Too many wrong passwords. Try again later.', [], {
        'retry-after': String(Math.ceil(waitMs / 1_000)),
      });
    }
    this.#count(account, address, now);
  }

  #count(account: string, address: string, now: number): void {
    const pair = pairOf(account, address);
    const before = this.#byPair.get(pair);
    const isFresh = before !== undefined && now - before.atMs < forgottenAfterMs;
    remember(this.#byPair, pair, { count: isFresh ? before.count + 1 : 1, atMs: now });
    countIn(this.#byAddress, address, now);
    if (!this.#familiar.has(pair)) countIn(this.#byAccount, account, now);
  }

  succeeded(account: string, address: string): void {
    const pair = pairOf(account, address);
    this.#byPair.delete(pair);
    takeBack(this.#byAddress, address);
    if (!this.#familiar.has(pair)) takeBack(this.#byAccount, account);
    remember(this.#familiar, pair, true);
  }
}

function pairOf(account: string, address: string): string {
  return `${address} ${account}`;
}

function waitOfPair(failures: Failures | undefined, now: number): number {
  if (failures === undefined || failures.count < freeFailures) return 0;
  const delayMs = Math.min(firstDelayMs * 2 ** (failures.count - freeFailures), delayMsMax);
  return failures.atMs + delayMs - now;
}

/** In a window, `atMs` is when it began. */
function waitOfWindow(failures: Failures | undefined, max: number, now: number): number {
  return failures === undefined || failures.count < max ? 0 : failures.atMs + windowMs - now;
}

function countIn(windows: Map<string, Failures>, name: string, now: number): void {
  const window = windows.get(name);
  const isOpen = window !== undefined && now - window.atMs < windowMs;
  remember(windows, name, isOpen ? { count: window.count + 1, atMs: window.atMs } : { count: 1, atMs: now });
}

function takeBack(windows: Map<string, Failures>, name: string): void {
  const window = windows.get(name);
  if (window !== undefined) windows.set(name, { count: window.count - 1, atMs: window.atMs });
}

function remember<T>(map: Map<string, T>, name: string, value: T): void {
  map.delete(name);
  map.set(name, value);
  const [oldest] = map.keys();
  if (map.size > rememberedMax && oldest !== undefined) map.delete(oldest);
}
