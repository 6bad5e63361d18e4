import type { Settlement } from '@doorbell/engine';
import type { Book } from './book.ts';
import type { Checker, Report } from './checker.ts';
import type { ClaimState } from './lane-state.ts';

const minutes = 60_000;
const hours = 60 * minutes;
/** ARCHITECTURE.md, "what a reply means"; each +-20 %. */
const delaysMs = [
  5_000,
  30_000,
  2 * minutes,
  10 * minutes,
  30 * minutes,
  hours,
  2 * hours,
  4 * hours,
  8 * hours,
];
/** For rounding, and for what passes between two readings of a clock in the same millisecond. */
const slackMs = 2;

interface Bounds {
  readonly leastMs: number;
  readonly mostMs: number;
}

/** Retries come at 5 s, 30 s, 2 min, ... each +-20 %, or when the endpoint asks for them, and end at the horizon. */
export const retrySchedule: Checker = {
  observe(fact, book, report) {
    if (fact.kind !== 'settled') return;
    const { settlement } = fact;
    const claim = book.claims.get(`${settlement.laneId}.${settlement.epoch}`);
    if (claim === undefined || settlement.step.kind === 'release') return;
    const left = remainingOf(claim, book);
    if (left === undefined) return;
    checkEnd(settlement, left, report);
    if (settlement.step.kind === 'retry') checkDelay(settlement.step.delayMs, claim, left, report);
  },
};

/** What was left of the horizon when the last answer came, as the fastest and the slowest clock would have it. */
function remainingOf(claim: ClaimState, book: Book): Bounds | undefined {
  const reply = claim.posts.at(-1)?.reply;
  if (!reply) return undefined;
  const heldTrueMs = claim.heldAtClaim.trueMs - claim.heldAtFirstTry.trueMs;
  const heldFastMs = claim.heldAtClaim.fastMs - claim.heldAtFirstTry.fastMs;
  const mostElapsedMs = reply.at.fastMs - claim.firstTry.fastMs - heldTrueMs;
  const leastElapsedMs = reply.at.trueMs - claim.firstTry.trueMs - heldFastMs - book.timeline.backMs;
  const { retryHorizonMs } = claim.claim.endpoint;
  return { leastMs: retryHorizonMs - mostElapsedMs, mostMs: retryHorizonMs - leastElapsedMs };
}

function checkEnd({ step, laneId, sequence }: Settlement, left: Bounds, report: Report): void {
  const name = `Lane ${laneId}, change ${sequence}`;
  const gaveUp = step.kind === 'park' || (step.kind === 'advance' && step.result === 3);
  if (gaveUp && left.leastMs > slackMs) report(`${name} was given up ${left.leastMs} ms before its horizon.`);
  if (step.kind === 'retry' && left.mostMs < -slackMs) {
    report(`${name} is to be retried ${-left.mostMs} ms after its horizon.`);
  }
}

function checkDelay(delayMs: number, claim: ClaimState, left: Bounds, report: Report): void {
  const { attempt } = claim.claim;
  const scheduledMs = delaysMs[Math.min(attempt, delaysMs.length) - 1] ?? 8 * hours;
  const reply = claim.posts.at(-1)?.reply;
  const asked = reply && askedMs(reply.retryAfter, reply.wallMs);
  const least = Math.min(asked ?? 0.8 * scheduledMs, left.leastMs);
  const most = Math.min(asked ?? 1.2 * scheduledMs, left.mostMs);
  if (delayMs < Math.max(1, least - slackMs) || delayMs > Math.max(1, most + slackMs)) {
    const whose = asked === undefined ? 'the schedule' : 'the endpoint';
    report(
      `Lane ${claim.claim.laneId}, attempt ${attempt}: a delay of ${delayMs} ms where ${whose} asks for ${Math.round(least)} to ${Math.round(most)}.`,
    );
  }
}

/** Retry-After, seconds or a date, held between 1 s and 1 h. */
function askedMs(retryAfter: string | null, wallMs: number): number | undefined {
  if (retryAfter === null) return undefined;
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1_000 : Date.parse(retryAfter) - wallMs;
  return Number.isNaN(ms) ? undefined : Math.min(hours, Math.max(1_000, ms));
}
