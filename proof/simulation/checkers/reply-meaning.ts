import type { Step } from '@doorbell/engine';
import type { Checker } from './checker.ts';
import type { ClaimState } from './lane-state.ts';

/** Tries that two refused keys get while they are being exchanged, before the endpoint pauses (decision 0013). */
const triesWhileChangingKeys = 3;

/** What an endpoint answered decides what becomes of the notification (contract.md, Response; ARCHITECTURE.md). */
export const replyMeaning: Checker = {
  observe(fact, book, report) {
    if (fact.kind !== 'settled') return;
    const { laneId, epoch, sequence, step, attempts } = fact.settlement;
    const claim = book.claims.get(`${laneId}.${epoch}`);
    const name = `Lane ${laneId}, change ${sequence}, epoch ${epoch}`;
    if (claim === undefined) return report(`${name} was settled but never claimed.`);
    if (claim.claim.sequence !== sequence) report(`${name}: the claim was for ${claim.claim.sequence}.`);
    if (attempts.length !== claim.posts.length) {
      report(`${name}: settled with ${attempts.length} attempts after ${claim.posts.length} requests.`);
    }
    const means = claim.posts.at(-1)?.reply?.means;
    if (claim.posts.length > 0 && means === undefined)
      return report(`${name} was settled before it was answered.`);
    const text = step.kind === 'advance' ? `advance ${step.result}` : step.kind;
    if (!isRight(step, claim))
      report(`${name}: ${text} after an answer that means ${means ?? 'nothing, for nothing was sent'}.`);
    if (!triedBothKeys(claim)) report(`${name}: paused by a 401 although the key before was not tried.`);
  },
};

function isRight(step: Step, claim: ClaimState): boolean {
  const means = claim.posts.at(-1)?.reply?.means;
  const gaveUp = step.kind === 'park' || (step.kind === 'advance' && step.result === 3);
  switch (means) {
    case undefined:
      return step.kind === 'release';
    case 'accepted':
      return step.kind === 'advance' && step.result === 1;
    case 'refused':
      return step.kind === 'advance' && step.result === 2;
    case 'retry':
      return step.kind === 'retry' || (gaveUp && rightWayOut(step, claim));
    case 'gone':
      return step.kind === 'pause' && step.reason === 'gone';
    case 'unauthorized':
      if (step.kind === 'pause') return step.reason === 'unauthorized';
      return step.kind === 'retry' && isChangingKeys(claim) && claim.claim.attempt <= triesWhileChangingKeys;
  }
}

function rightWayOut(step: Step, { claim }: ClaimState): boolean {
  return (step.kind === 'park') === (claim.endpoint.onGiveUp === 'park');
}

function isChangingKeys({ claim, posts }: ClaimState): boolean {
  const { previousSignKey, previousSignKeyUntil } = claim.endpoint;
  return previousSignKey !== null && (posts[0]?.startedWallMs ?? 0) < (previousSignKeyUntil ?? 0);
}

/** The second key may be left out only when there would have been no time for it within the lease. */
function triedBothKeys(claim: ClaimState): boolean {
  const [first, second] = claim.posts;
  if (first?.reply?.means !== 'unauthorized' || second !== undefined || !isChangingKeys(claim)) return true;
  const { totalTimeoutMs } = claim.claim.endpoint;
  return first.reply.at.trueMs + totalTimeoutMs + 5_000 > claim.calledAtMs + 45_000;
}
