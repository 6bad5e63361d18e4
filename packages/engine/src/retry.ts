import { isRotating } from './endpoint.ts';
import type { Reading } from './interpret.ts';
import type { Claim, Step } from './lane.ts';
import type { EpochMs, Random } from './ports.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** Delay after the first, second, ... failed try; the last one repeats until the horizon. */
export const retryDelaysMs: readonly number[] = [
  5 * secondMs,
  30 * secondMs,
  2 * minuteMs,
  10 * minuteMs,
  30 * minuteMs,
  1 * hourMs,
  2 * hourMs,
  4 * hourMs,
  8 * hourMs,
];
const jitter = 0.2;
/** Over 5 s, 30 s and 2 min: longer than most roll-outs answer with both keys in turn. */
const triesWhileChangingKeys = 3;
const retryAfterMinMs = secondMs;
const retryAfterMaxMs = hourMs;

/** Where the lane goes from what the endpoint said. Pure: the same reading, time and chance give the same step. */
export function nextStep(reading: Reading, claim: Claim, now: EpochMs, random: Random): Step {
  if (reading.outcome === 'accepted') return { kind: 'advance', result: 1 };
  if (reading.outcome === 'refused') return { kind: 'advance', result: 2 };

  // Time in which the endpoint was paused or its breaker open does not count against the horizon.
  const elapsedMs = now - claim.firstTryAt - claim.heldMs;
  const remainingMs = claim.endpoint.retryHorizonMs - elapsedMs;
  if (reading.pause !== null && (remainingMs <= 0 || !mayBeChangingKeys(reading, claim, now))) {
    return { kind: 'pause', reason: reading.pause, detail: reading.detail };
  }
  if (remainingMs <= 0) {
    return claim.endpoint.onGiveUp === 'park' ? { kind: 'park' } : { kind: 'advance', result: 3 };
  }
  const delayMs = retryAfterMs(reading.retryAfter, now) ?? scheduledDelayMs(claim.attempt, random);
  // The last try falls on the horizon itself instead of being dropped because it would come after it.
  return { kind: 'retry', delayMs: Math.max(1, Math.round(Math.min(delayMs, remainingMs))) };
}

/**
 * While both keys are good for an endpoint, a refusal of both may only mean that it was changing over between the two
 * requests, or that they reached different instances of it: worth a few tries before the endpoint pauses.
 */
function mayBeChangingKeys(reading: Reading, { endpoint, attempt }: Claim, now: EpochMs): boolean {
  return reading.pause === 'unauthorized' && isRotating(endpoint, now) && attempt <= triesWhileChangingKeys;
}

function scheduledDelayMs(attempt: number, random: Random): number {
  const index = Math.min(attempt, retryDelaysMs.length) - 1;
  const delayMs = retryDelaysMs[index] ?? 8 * hourMs;
  return delayMs * (1 - jitter + 2 * jitter * random());
}

/** RFC 9110 section 10.2.3: seconds or an HTTP date; held between 1 s and 1 h. Anything else is ignored. */
export function retryAfterMs(header: string | null, now: EpochMs): number | null {
  if (header === null) return null;
  const text = header.trim();
  const askedMs = /^\d{1,10}$/.test(text) ? Number(text) * secondMs : httpDateMs(text) - now;
  if (Number.isNaN(askedMs)) return null;
  return Math.min(retryAfterMaxMs, Math.max(retryAfterMinMs, askedMs));
}

function httpDateMs(text: string): EpochMs {
  return /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
}
