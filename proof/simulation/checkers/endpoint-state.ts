import type { Endpoint, Step } from '@doorbell/engine';
import type { Moment } from './moment.ts';

// The contract of delivery (ARCHITECTURE.md, the promise), written down a second time: not imported from the engine.
const failuresToOpen = 10;
const probeEveryMs = 30_000;
/** How long what was allowed is remembered: longer than any round of the engine takes. */
const allowedKeptMs = 600_000;

interface Allowed {
  readonly atMs: number;
  readonly most: number;
}

/** Time in which an endpoint was paused or its breaker open, by both clocks. */
export interface Held {
  readonly trueMs: number;
  readonly fastMs: number;
}

/** What an endpoint ought to be, from what happened to it. */
export class EndpointState {
  #policy: Endpoint;
  /** When an operator last changed it. */
  editedAtMs: number;
  paused = false;
  failures = 0;
  isOpen = false;
  /** While the breaker is open, by the fast clock: when the next probe may be sent. */
  probeAtFastMs = 0;
  ramp: number | null = null;
  #heldSince: Moment | null = null;
  #held: Held = { trueMs: 0, fastMs: 0 };
  #allowed: Allowed[] = [];
  /** Claims not settled yet, and requests that are out, of each worker. */
  readonly claimed: Map<number, number> = new Map<number, number>();
  readonly out: Map<number, number> = new Map<number, number>();
  #blocked = false;
  #unblockedAtMs = 0;

  constructor(policy: Endpoint, atMs: number) {
    this.#policy = policy;
    this.editedAtMs = atMs;
    this.#unblockedAtMs = atMs;
    this.#allowed.push({ atMs, most: this.mostInFlight });
  }

  get policy(): Endpoint {
    return this.#policy;
  }

  get isHeld(): boolean {
    return this.paused || this.isOpen;
  }

  /** How many requests may be in flight now. */
  get mostInFlight(): number {
    if (this.isOpen) return 1;
    return Math.min(this.#policy.inFlightMax, this.ramp ?? this.#policy.inFlightMax);
  }

  /** The most that was allowed at any time since. */
  mostInFlightSince(sinceMs: number): number {
    let most = this.mostInFlight;
    for (let index = this.#allowed.length - 1; index >= 0; index -= 1) {
      const allowed = this.#allowed[index];
      if (allowed === undefined) break;
      most = Math.max(most, allowed.most);
      if (allowed.atMs < sinceMs) break;
    }
    return most;
  }

  heldUntil(now: Moment): Held {
    if (this.#heldSince === null) return this.#held;
    return {
      trueMs: this.#held.trueMs + now.trueMs - this.#heldSince.trueMs,
      fastMs: this.#held.fastMs + now.fastMs - this.#heldSince.fastMs,
    };
  }

  save(policy: Endpoint, now: Moment): void {
    this.#policy = policy;
    this.editedAtMs = now.trueMs;
    this.#changed(now);
  }

  pause(now: Moment): void {
    if (this.paused) return;
    this.paused = true;
    this.#changed(now);
  }

  resume(now: Moment): void {
    if (!this.isHeld) return;
    this.paused = false;
    this.#close(1);
    this.editedAtMs = now.trueMs;
    this.#changed(now);
  }

  probed(now: Moment): void {
    if (this.isOpen) this.probeAtFastMs = now.fastMs + probeEveryMs;
  }

  /** A settlement was applied. True when it closed the breaker. */
  settled(step: Step, now: Moment): boolean {
    if (step.kind === 'pause' || step.kind === 'release') return false;
    const succeeded = step.kind === 'advance' && step.result !== 3;
    const wasOpen = this.isOpen;
    if (succeeded) this.#succeeded();
    else this.#failed(now);
    this.#changed(now);
    return wasOpen && !this.isOpen;
  }

  #failed(now: Moment): void {
    this.failures += 1;
    if (!this.isOpen && this.failures < failuresToOpen) return;
    if (!this.isOpen) this.ramp = null;
    this.isOpen = true;
    this.probeAtFastMs = now.fastMs + probeEveryMs;
  }

  #succeeded(): void {
    if (this.isOpen) this.#close(this.#rampUp(1));
    else this.#close(this.ramp === null ? null : this.#rampUp(this.ramp));
  }

  #close(ramp: number | null): void {
    this.failures = 0;
    this.isOpen = false;
    this.ramp = ramp;
  }

  #rampUp(ramp: number): number | null {
    return ramp + 1 >= this.#policy.inFlightMax ? null : ramp + 1;
  }

  #changed(now: Moment): void {
    if (this.isHeld && this.#heldSince === null) this.#heldSince = now;
    else if (!this.isHeld && this.#heldSince !== null) {
      this.#held = this.heldUntil(now);
      this.#heldSince = null;
    }
    const last = this.#allowed.at(-1);
    if (last?.most === this.mostInFlight) return;
    this.#allowed.push({ atMs: now.trueMs, most: this.mostInFlight });
    if ((this.#allowed[1]?.atMs ?? Infinity) < now.trueMs - allowedKeptMs) this.#allowed.shift();
  }

  /** To be called after everything that may take or give capacity. `shareMax` is what any endpoint may hold. */
  noteCapacity(nowMs: number, shareMax: number): void {
    const full = Math.min(this.mostInFlight, shareMax);
    let blocked = this.isHeld;
    for (const claimed of this.claimed.values()) if (claimed >= full) blocked = true;
    if (this.#blocked && !blocked) this.#unblockedAtMs = nowMs;
    this.#blocked = blocked;
  }

  /** Since when nothing has kept the engine from sending: undefined while something does. */
  get freeSinceMs(): number | undefined {
    return this.#blocked ? undefined : this.#unblockedAtMs;
  }
}
