import type { Appended, Claim, Endpoint, NewChange, Settlement, Step } from '@doorbell/engine';
import { endpointPolicyDefaults } from '@doorbell/engine';
import { accepted } from '../answers.ts';
import type { Event, Fact, Meaning } from '../fact.ts';
import { checkers } from './all-checkers.ts';
import { Book } from './book.ts';
import type { FinalState } from './checker.ts';

const startMs = Date.UTC(2026, 0, 1);

/** One endpoint, one task and one worker, in a history told by hand: right by default, wrong where a test says so. */
export class History {
  readonly book: Book = new Book();
  readonly found: string[] = [];
  nowMs = 0;
  readonly #endpoint: Endpoint;
  #posts = 0;

  constructor(policy: Partial<Endpoint> = {}) {
    this.#endpoint = {
      ...endpointPolicyDefaults,
      id: 'e1',
      customerId: 'C',
      url: 'https://e1.example.com/',
      signKey: 'key',
      previousSignKey: null,
      previousSignKeyUntil: null,
      webhookSecret: null,
      pause: null,
      breaker: { failures: 0, openedAt: null, probeAt: null, ramp: null },
      heldMs: 0,
      createdAt: startMs,
      updatedAt: startMs,
      ...policy,
    };
    this.tell({ kind: 'process-started', incarnation: 1 });
    this.tell({ kind: 'worker-started', worker: 1 });
    this.tell({ kind: 'endpoint-saved', endpoint: this.#endpoint });
  }

  tell(event: Event): void {
    const fact = { ...event, atMs: this.nowMs } as Fact;
    for (const [name, checker] of checkers) checker.observe(fact, this.book, () => this.found.push(name));
    this.book.apply(fact);
  }

  /** The names of the checkers that found fault at the end. */
  finish(final: FinalState): readonly string[] {
    for (const [name, checker] of checkers) checker.finish?.(this.book, final, () => this.found.push(name));
    return this.found;
  }

  append(sequence: number, changes: Partial<NewChange> = {}): void {
    const change = { ...aChange, ...changes };
    this.tell({ kind: 'appended', batch: 1, change, result: resultOf(change, sequence) });
  }

  claim(sequence: number, epoch: number, attempt = 1): void {
    const change = { ...aChange, sequence, transition: 'legal', createdAt: startMs } as const;
    const claim: Claim = {
      laneId: 1,
      sequence,
      epoch,
      attempt,
      isResend: false,
      firstTryAt: startMs + this.nowMs,
      heldMs: 0,
      endpoint: this.#endpoint,
      change,
    };
    this.tell({ kind: 'claimed', worker: 1, askedAtMs: this.nowMs, calledAtMs: this.nowMs, claim });
  }

  /** Sends, and is answered a moment later. */
  exchange(sequence: number, attempt = 1, means: Meaning = 'accepted'): void {
    this.post(sequence, attempt);
    this.nowMs += 10;
    this.tell({ kind: 'arrived', post: this.#posts, answer: means, means });
    const { reply } = accepted;
    this.tell({ kind: 'replied', worker: 1, post: this.#posts, reply, means, wallMs: startMs + this.nowMs });
  }

  post(sequence: number, attempt = 1): void {
    this.#posts += 1;
    const { id: endpointId, url, connectTimeoutMs, totalTimeoutMs, inFlightMax } = this.#endpoint;
    const headers = { 'doorbell-sequence': String(sequence), 'doorbell-attempt': String(attempt) };
    const limits = { connectTimeoutMs, totalTimeoutMs, inFlightMax };
    const request = { endpointId, url, headers, body: `houseTaskId=T&state=${sequence}`, ...limits };
    const wallMs = startMs + this.nowMs;
    this.tell({ kind: 'posted', worker: 1, post: this.#posts, houseTaskId: 'T', request, wallMs });
  }

  settle(sequence: number, epoch: number, step: Step, attempts = 1): void {
    const settlement: Settlement = {
      laneId: 1,
      endpointId: 'e1',
      sequence,
      epoch,
      attempts: Array.from({ length: attempts }, () => ({}) as Settlement['attempts'][number]),
      step,
      notice: null,
    };
    this.tell({ kind: 'settled', worker: 1, settlement, verdict: 'applied' });
  }

  /** Delivers one change as it should be. */
  deliver(sequence: number, epoch: number): void {
    this.claim(sequence, epoch);
    this.exchange(sequence);
    this.settle(sequence, epoch, { kind: 'advance', result: 1 });
  }
}

const aChange: NewChange = {
  customerId: 'C',
  houseTaskId: 'T',
  houseId: 'H',
  packageId: 'P',
  userId: 'U',
  userName: 'N',
  state: 9000,
  extra: {},
  eventId: null,
};

function resultOf({ customerId, houseTaskId, state }: NewChange, sequence: number): Appended {
  return { customerId, houseTaskId, sequence, state, transition: 'legal', createdAt: startMs, endpoints: 1 };
}
