import type { Fact, FactOf } from '../fact.ts';
import { EndpointState } from './endpoint-state.ts';
import {
  type ClaimState,
  currentOf,
  type Due,
  forgetTries,
  type LaneState,
  newLane,
  type PostState,
  recoverLane,
  reopen,
} from './lane-state.ts';
import { type Moment, Timeline } from './moment.ts';
import { recordPost, recordReply } from './record-post.ts';

/** All endpoints together, over all of a process: contract.md, "bounded". */
const inFlightTotalMax = 512;

export interface TaskRecord {
  readonly key: string;
  readonly customerId: string;
  readonly changes: FactOf<'appended'>[];
  readonly byEvent: Map<string, FactOf<'appended'>>;
}

/**
 * What Doorbell ought to hold, derived from what happened: the promise as bookkeeping, without one line of the engine.
 * The checkers ask it what it holds before each fact; it judges nothing itself.
 */
export class Book {
  readonly timeline: Timeline = new Timeline();
  readonly customers: Map<string, 'flag' | 'refuse'> = new Map();
  readonly endpoints: Map<string, EndpointState> = new Map();
  readonly tasks: Map<string, TaskRecord> = new Map();
  readonly lanes: Map<string, LaneState> = new Map();
  readonly lanesById: Map<number, LaneState> = new Map();
  readonly claims: Map<string, ClaimState> = new Map();
  readonly posts: Map<number, PostState> = new Map();
  readonly liveWorkers: Set<number> = new Set();
  readonly #lanesOfEndpoint: Map<string, LaneState[]> = new Map();
  incarnation = 0;
  /** Up to when something kept the whole of Doorbell from working, so that no wait until then proves anything. */
  disturbedUntilMs = 0;
  stalledUntilMs = 0;
  crashes = 0;

  endpointsOf(customerId: string): readonly EndpointState[] {
    return [...this.endpoints.values()].filter(({ policy }) => policy.customerId === customerId);
  }

  lanesOf(endpointId: string): readonly LaneState[] {
    return this.#lanesOfEndpoint.get(endpointId) ?? [];
  }

  laneOf(endpointId: string, houseTaskId: string): LaneState | undefined {
    return this.lanes.get(`${endpointId}/${houseTaskId}`);
  }

  /** When a lane that is due now should have been claimed at the latest, if nothing else was in the way. */
  readyAtMs(lane: LaneState): number {
    if (lane.due === null) return Number.POSITIVE_INFINITY;
    const isOld = lane.due.incarnation !== this.incarnation;
    // A new process goes by the wall clock again, which may have been put back since the time was set.
    return lane.due.expectedByMs + (isOld ? this.timeline.backMs : 0);
  }

  apply(fact: Fact): void {
    const now = this.timeline.at(fact.atMs);
    switch (fact.kind) {
      case 'appended':
        this.#appended(fact, now);
        return;
      case 'claimed':
        this.#claimed(fact, now);
        return;
      case 'settled':
        this.#settled(fact, now);
        return;
      case 'posted':
        recordPost(fact, this);
        return;
      case 'arrived': {
        const post = this.posts.get(fact.post);
        if (post !== undefined) post.arrived = fact.means;
        return;
      }
      case 'replied':
        recordReply(fact, this, now);
        return;
      case 'resent':
        if (fact.resent > 0) {
          const lane = this.lanesById.get(fact.laneId);
          if (lane !== undefined) reopen(lane, fact.sequence, this.#dueAt(now));
        }
        return;
      default:
        this.#applyToEndpoint(fact, now);
    }
  }

  #applyToEndpoint(fact: Fact, now: Moment): void {
    switch (fact.kind) {
      case 'customer-saved':
        this.customers.set(fact.customerId, fact.onIllegalTransition);
        return;
      case 'endpoint-saved': {
        const { endpoint } = fact;
        const known = this.endpoints.get(endpoint.id);
        if (known === undefined) this.endpoints.set(endpoint.id, new EndpointState(endpoint, fact.atMs));
        else {
          const isMended = known.policy.url !== endpoint.url || known.policy.signKey !== endpoint.signKey;
          known.save(endpoint, now);
          if (isMended) this.#wake(endpoint.id, now);
        }
        this.#noteCapacity(endpoint.id, fact.atMs);
        return;
      }
      case 'key-rotated':
        this.endpoints.get(fact.endpoint.id)?.save(fact.endpoint, now);
        return;
      case 'paused': {
        const endpoint = this.endpoints.get(fact.endpointId);
        if (endpoint !== undefined && !endpoint.paused) endpoint.editedAtMs = fact.atMs;
        endpoint?.pause(now);
        this.#noteCapacity(fact.endpointId, fact.atMs);
        return;
      }
      case 'resumed':
        this.#wake(fact.endpointId, now);
        this.endpoints.get(fact.endpointId)?.resume(now);
        this.#noteCapacity(fact.endpointId, fact.atMs);
        return;
      default:
        this.#applyToMachine(fact);
    }
  }

  #applyToMachine(fact: Fact): void {
    const { atMs } = fact;
    if (fact.kind === 'process-started') {
      this.incarnation = fact.incarnation;
      this.#disturbed(atMs);
      for (const lane of this.lanes.values()) recoverLane(lane, this.timeline.at(atMs));
    } else if (fact.kind === 'process-ended') {
      if (fact.how === 'crashed') this.crashes += 1;
      this.liveWorkers.clear();
      for (const endpoint of this.endpoints.values()) {
        endpoint.claimed.clear();
        endpoint.out.clear();
      }
    } else if (fact.kind === 'worker-started') {
      this.liveWorkers.add(fact.worker);
      this.#disturbed(atMs);
    } else if (fact.kind === 'worker-ended') {
      this.liveWorkers.delete(fact.worker);
      this.#disturbed(atMs);
      for (const endpoint of this.endpoints.values()) {
        endpoint.claimed.delete(fact.worker);
        endpoint.out.delete(fact.worker);
        endpoint.noteCapacity(atMs, this.#shareMax());
      }
    } else if (fact.kind === 'stalled' || fact.kind === 'disturbed') this.#disturbed(fact.untilMs);
    else if (fact.kind === 'jumped') this.timeline.jumped(fact.ms);
    if (fact.kind === 'stalled') this.stalledUntilMs = Math.max(this.stalledUntilMs, fact.untilMs);
  }

  #appended(fact: FactOf<'appended'>, now: Moment): void {
    const { change } = fact;
    const key = `${change.customerId}/${change.houseTaskId}`;
    const task: TaskRecord = this.tasks.get(key) ?? {
      key,
      customerId: change.customerId,
      changes: [],
      byEvent: new Map(),
    };
    this.tasks.set(key, task);
    if (change.eventId !== null && task.byEvent.has(change.eventId)) return;
    task.changes.push(fact);
    if (change.eventId !== null) task.byEvent.set(change.eventId, fact);
    for (const { policy } of this.endpointsOf(change.customerId)) {
      const laneKey = `${policy.id}/${change.houseTaskId}`;
      let lane = this.lanes.get(laneKey);
      if (lane === undefined) {
        lane = newLane(laneKey, policy.id, key, task.changes.length);
        this.lanes.set(laneKey, lane);
        this.#lanesOfEndpoint.set(policy.id, [...this.lanesOf(policy.id), lane]);
      }
      lane.tail = task.changes.length;
      if (lane.due === null && !lane.parked) lane.due = this.#dueAt(now);
    }
  }

  #claimed({ claim, worker, askedAtMs, calledAtMs, atMs }: FactOf<'claimed'>, now: Moment): void {
    const lane = this.laneOf(claim.endpoint.id, claim.change.houseTaskId);
    const endpoint = this.endpoints.get(claim.endpoint.id);
    if (lane === undefined || endpoint === undefined) return;
    lane.laneId ??= claim.laneId;
    this.lanesById.set(claim.laneId, lane);
    if (lane.live !== null) {
      lane.live.end = 'expired';
      if (lane.live.claim.sequence !== currentOf(lane)) forgetTries(lane);
      this.#freed(endpoint, lane.live.worker);
    }
    if (endpoint.policy.coalesce === 'latest' && lane.reopened.length === 0 && lane.head < lane.tail) {
      for (let sequence = lane.head; sequence < lane.tail; sequence += 1) lane.results.set(sequence, 4);
      lane.head = lane.tail;
      forgetTries(lane);
    }
    lane.tries += 1;
    lane.firstTry ??= { at: now, held: endpoint.heldUntil(now) };
    const live: ClaimState = {
      worker,
      askedAtMs,
      calledAtMs,
      at: now,
      claim,
      firstTry: lane.firstTry.at,
      heldAtFirstTry: lane.firstTry.held,
      heldAtClaim: endpoint.heldUntil(now),
      posts: [],
      told: null,
      end: 'live',
    };
    lane.live = live;
    lane.claims.push(live);
    this.claims.set(`${claim.laneId}.${claim.epoch}`, live);
    endpoint.probed(now);
    endpoint.claimed.set(worker, (endpoint.claimed.get(worker) ?? 0) + 1);
    endpoint.noteCapacity(atMs, this.#shareMax());
  }

  #settled({ settlement, verdict, atMs }: FactOf<'settled'>, now: Moment): void {
    const told = this.claims.get(`${settlement.laneId}.${settlement.epoch}`);
    if (told !== undefined && verdict !== 'busy') told.told = settlement;
    const lane = this.lanesById.get(settlement.laneId);
    const live = lane?.live;
    const endpoint = this.endpoints.get(settlement.endpointId);
    if (verdict !== 'applied' || !lane || !live || !endpoint) return;
    if (live.claim.epoch !== settlement.epoch) return;
    const { step, sequence } = settlement;
    const isCurrent = sequence === currentOf(lane);
    lane.live = null;
    if (step.kind === 'advance' || step.kind === 'park') {
      live.end = step.kind === 'park' ? 'parked' : 'advanced';
      const isHead = sequence === lane.head && !lane.reopened.includes(sequence);
      lane.results.set(sequence, step.kind === 'park' ? 3 : step.result);
      if (!isHead) lane.reopened = lane.reopened.filter((each) => each !== sequence);
      else if (step.kind === 'park') lane.parked = true;
      else lane.head += 1;
      forgetTries(lane);
      lane.due = currentOf(lane) === undefined ? null : this.#dueAt(now);
    } else {
      live.end = step.kind === 'retry' ? 'retried' : 'unspent';
      if (step.kind !== 'retry' && isCurrent) lane.tries -= 1;
      if (lane.tries === 0 || !isCurrent) forgetTries(lane);
      lane.due = this.#dueAt(now, step.kind === 'retry' && isCurrent ? step.delayMs : 0);
    }
    const isOutdated = live.at.trueMs < endpoint.editedAtMs;
    if (step.kind === 'pause' && !isOutdated) endpoint.pause(now);
    if (endpoint.settled(step, now)) this.#wake(settlement.endpointId, now);
    this.#freed(endpoint, live.worker);
    endpoint.noteCapacity(atMs, this.#shareMax());
  }

  #wake(endpointId: string, now: Moment): void {
    for (const lane of this.lanesOf(endpointId)) {
      if (lane.due === null) continue;
      const { notBeforeFastMs, expectedByMs, incarnation } = lane.due;
      if (notBeforeFastMs <= now.fastMs && expectedByMs <= now.trueMs && incarnation === this.incarnation)
        continue;
      lane.due = this.#dueAt(now);
    }
  }

  #dueAt(now: Moment, delayMs = 0): Due {
    return {
      notBeforeFastMs: now.fastMs + delayMs,
      expectedByMs: now.trueMs + delayMs,
      incarnation: this.incarnation,
    };
  }

  #freed(endpoint: EndpointState, worker: number): void {
    if (this.liveWorkers.has(worker)) endpoint.claimed.set(worker, (endpoint.claimed.get(worker) ?? 1) - 1);
  }

  #noteCapacity(endpointId: string, atMs: number): void {
    this.endpoints.get(endpointId)?.noteCapacity(atMs, this.#shareMax());
  }

  #shareMax(): number {
    return Math.floor(inFlightTotalMax / (this.endpoints.size + 1));
  }

  #disturbed(untilMs: number): void {
    this.disturbedUntilMs = Math.max(this.disturbedUntilMs, untilMs);
  }
}
