import type { Book } from './checkers/book.ts';
import { type ClaimState, currentOf, type LaneState, resultOf } from './checkers/lane-state.ts';
import { crashSteps, type Fact, type FactOf } from './fact.ts';

/** Each rare path by name. A suite in which one of them was never taken has proven nothing about it. */
export const paths = [
  'append: batch of several',
  'append: repeated event',
  'append: illegal transition refused',
  'append: on a leased lane',
  'append: on a lane that waits for a retry',
  'append: on a parked lane',
  'append: first lane in the middle of a task',
  'append: committed, answer lost',
  'claim: retry',
  'claim: lease of another had run out',
  'claim: reopened before the head',
  'claim: change reopened while another of the lane is out',
  'claim: superseded changes passed over',
  'claim: half-open probe',
  'claim: slow start',
  'claim: nothing sent, too late for the lease',
  'settle: fenced',
  'settle: busy',
  'settle: refused by the customer',
  'settle: after the horizon, lane goes on',
  'settle: after the horizon, lane parks',
  'settle: paused by a 401',
  'settle: paused by a 410',
  'settle: second key accepted',
  'settle: breaker opens',
  'settle: probe fails',
  'settle: breaker closes',
  'settle: retry as Retry-After asks',
  'duplicate received after doubt',
  'healthy endpoint served while another is dead',
  'notice: sent',
  'notice: tried again',
  'operator: pause',
  'operator: resume',
  'operator: resend of a parked head',
  'operator: resend of a delivered change',
  'operator: resend of what waits for a retry',
  'operator: key rotated',
  'operator: endpoint moved',
  ...crashSteps.map((step) => `crash: ${step}` as const),
  'crash: with leases out',
  'process: stopped, all settled',
  'process: stopped, requests abandoned',
  'process: stall',
  'worker: crash',
  'worker: stall beyond the lease',
  'clock: jump forward',
  'clock: jump back',
  'hint: lost',
  'store: failed before its commit',
  'store: failed after its commit',
] as const;
export type Path = (typeof paths)[number];

/** Counts which paths were taken, from the facts and what the book holds before each. */
export class Coverage {
  readonly counts: Map<Path, number> = new Map(paths.map((path) => [path, 0]));
  readonly #isAnyDead: () => boolean;

  constructor(isAnyDead: () => boolean) {
    this.#isAnyDead = isAnyDead;
  }

  observe(fact: Fact, book: Book): void {
    if (fact.kind === 'appended') this.#appended(fact, book);
    else if (fact.kind === 'claimed') this.#claimed(fact, book);
    else if (fact.kind === 'settled') this.#settled(fact, book);
    else if (fact.kind === 'arrived') this.#arrived(fact, book);
    else this.#other(fact, book);
  }

  #hit(path: Path, isTaken = true): void {
    if (isTaken) this.counts.set(path, (this.counts.get(path) ?? 0) + 1);
  }

  #appended({ change, result }: FactOf<'appended'>, book: Book): void {
    const task = book.tasks.get(`${change.customerId}/${change.houseTaskId}`);
    if (change.eventId !== null && task?.byEvent.has(change.eventId)) {
      this.#hit('append: repeated event');
      return;
    }
    for (const { policy } of book.endpointsOf(change.customerId)) {
      const lane = book.laneOf(policy.id, change.houseTaskId);
      this.#hit('append: first lane in the middle of a task', lane === undefined && result.sequence > 1);
      if (lane === undefined) continue;
      this.#hit('append: on a leased lane', lane.live !== null);
      this.#hit('append: on a lane that waits for a retry', lane.live === null && lane.tries > 0);
      this.#hit('append: on a parked lane', lane.parked);
    }
  }

  #claimed({ claim }: FactOf<'claimed'>, book: Book): void {
    const lane = book.laneOf(claim.endpoint.id, claim.change.houseTaskId);
    const endpoint = book.endpoints.get(claim.endpoint.id);
    if (lane === undefined || endpoint === undefined) return;
    this.#hit('claim: retry', claim.attempt > 1);
    this.#hit('claim: lease of another had run out', lane.live !== null);
    const isReopened = lane.reopened.length > 0;
    this.#hit('claim: reopened before the head', isReopened && lane.head <= lane.tail);
    this.#hit('claim: superseded changes passed over', !isReopened && claim.sequence > lane.head);
    this.#hit('claim: half-open probe', endpoint.isOpen);
    this.#hit('claim: slow start', !endpoint.isOpen && endpoint.ramp !== null);
  }

  #settled({ settlement, verdict }: FactOf<'settled'>, book: Book): void {
    const lane = book.lanesById.get(settlement.laneId);
    const endpoint = book.endpoints.get(settlement.endpointId);
    this.#hit('settle: fenced', verdict === 'fenced');
    if (verdict !== 'applied' || !lane?.live || !endpoint) return;
    const { step } = settlement;
    this.#hit('claim: nothing sent, too late for the lease', step.kind === 'release');
    this.#hit('settle: refused by the customer', step.kind === 'advance' && step.result === 2);
    this.#hit('settle: after the horizon, lane goes on', step.kind === 'advance' && step.result === 3);
    this.#hit('settle: after the horizon, lane parks', step.kind === 'park');
    this.#hit('settle: paused by a 401', step.kind === 'pause' && step.reason === 'unauthorized');
    this.#hit('settle: paused by a 410', step.kind === 'pause' && step.reason === 'gone');
    this.#hit(
      'claim: change reopened while another of the lane is out',
      currentOf(lane) !== settlement.sequence,
    );
    const accepted = step.kind === 'advance' && step.result === 1;
    this.#hit('settle: second key accepted', accepted && lane.live.posts.length === 2);
    this.#hit('settle: breaker closes', endpoint.isOpen && step.kind === 'advance' && step.result !== 3);
    this.#hit('settle: probe fails', endpoint.isOpen && step.kind === 'retry');
    this.#hit('settle: breaker opens', !endpoint.isOpen && endpoint.failures === 9 && step.kind === 'retry');
    const asked = lane.live.posts.at(-1)?.reply?.retryAfter ?? null;
    this.#hit('settle: retry as Retry-After asks', step.kind === 'retry' && asked !== null);
    this.#hit('healthy endpoint served while another is dead', accepted && this.#isAnyDead());
  }

  #arrived({ post, means }: FactOf<'arrived'>, book: Book): void {
    const claim = book.posts.get(post)?.claim;
    if (means !== 'accepted' || claim === undefined) return;
    const lane = book.laneOf(claim.claim.endpoint.id, claim.claim.change.houseTaskId);
    this.#hit('duplicate received after doubt', lane !== undefined && hasAccepted(lane, claim));
  }

  #other(fact: Fact, book: Book): void {
    switch (fact.kind) {
      case 'acknowledged':
        this.#hit('append: batch of several', fact.results.length > 1);
        return;
      case 'append-refused':
        this.#hit('append: illegal transition refused', fact.reason === 'illegal-transition');
        return;
      case 'disturbed':
        this.#hit('settle: busy', fact.by === 'busy');
        this.#hit('store: failed before its commit', fact.by.endsWith('before its commit'));
        this.#hit('append: committed, answer lost', fact.by === 'append failed after its commit');
        this.#hit('store: failed after its commit', fact.by.endsWith('after its commit'));
        return;
      case 'notice-claimed':
        this.#hit('notice: tried again', fact.notice.attempt > 1);
        this.#hit('notice: sent');
        return;
      case 'resent':
        this.#resent(fact, book);
        return;
      case 'endpoint-saved': {
        const known = book.endpoints.get(fact.endpoint.id)?.policy;
        this.#hit('operator: endpoint moved', known !== undefined && known.url !== fact.endpoint.url);
        return;
      }
      case 'paused':
        this.#hit('operator: pause');
        return;
      case 'resumed':
        this.#hit('operator: resume');
        return;
      case 'key-rotated':
        this.#hit('operator: key rotated');
        return;
      case 'hint-lost':
        this.#hit('hint: lost');
        return;
      default:
        this.#machine(fact, book);
        return;
    }
  }

  #machine(fact: Fact, book: Book): void {
    if (fact.kind === 'process-ended') {
      this.#hit('process: stopped, all settled', fact.how === 'stopped');
      this.#hit('process: stopped, requests abandoned', fact.how === 'abandoned');
      if (fact.how !== 'crashed') return;
      if (fact.at !== 'anytime') this.#hit(`crash: ${fact.at}`);
      this.#hit(
        'crash: with leases out',
        [...book.lanes.values()].some(({ live }) => live !== null),
      );
    } else if (fact.kind === 'worker-ended') this.#hit('worker: crash');
    else if (fact.kind === 'jumped') this.#hit(fact.ms > 0 ? 'clock: jump forward' : 'clock: jump back');
    else if (fact.kind === 'stalled') {
      this.#hit('process: stall', fact.worker === 'process');
      this.#hit(
        'worker: stall beyond the lease',
        fact.worker !== 'process' && fact.untilMs - fact.atMs > 45_000,
      );
    }
  }

  #resent({ laneId, sequence, resent }: FactOf<'resent'>, book: Book): void {
    const lane = book.lanesById.get(laneId);
    if (lane === undefined || resent === 0) return;
    const result = resultOf(lane, sequence);
    this.#hit('operator: resend of a parked head', lane.parked && lane.head === sequence);
    this.#hit('operator: resend of a delivered change', result === 1);
    this.#hit('operator: resend of what waits for a retry', result === 0);
  }
}

function hasAccepted(lane: LaneState, claim: ClaimState): boolean {
  const { sequence } = claim.claim;
  return lane.claims.some(
    (each) => each.claim.sequence === sequence && each.posts.some(({ arrived }) => arrived === 'accepted'),
  );
}
