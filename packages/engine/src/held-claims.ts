import type { Claim, Step } from './lane.ts';
import type { Clock } from './ports.ts';

/** A claim whose turn has not come: its endpoint has as many requests out as it may have. */
export interface HeldClaim {
  readonly claim: Claim;
  readonly leaseEndsMonotonicMs: number;
  readonly heldSinceMonotonicMs: number;
}

/**
 * Longer, and another process could have sent it, or somebody has paused the endpoint since. Long beside a round, in which
 * a quick endpoint needs what is held for it.
 */
const heldMsMax = 500;
/** One failure may be the notification's; so many in a row are the endpoint's, and would cost each of these a try. */
const failuresMax = 3;

/**
 * What was claimed ahead, so that an answer is followed by the next request at once and not a round later. Only as much as
 * the endpoint answered lately, so a slow one has next to nothing here.
 */
export class HeldClaims {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #held = new Map<string, HeldClaim[]>();
  readonly #failures = new Map<string, number>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  hold(claim: Claim, leaseEndsMonotonicMs: number): void {
    const held = { claim, leaseEndsMonotonicMs, heldSinceMonotonicMs: this.#clock.monotonicMs() };
    const before = this.#held.get(claim.endpoint.id);
    if (before === undefined) this.#held.set(claim.endpoint.id, [held]);
    else before.push(held);
  }

  countOf(endpointId: string): number {
    return this.#held.get(endpointId)?.length ?? 0;
  }

  /** How many more to claim than there is room for, when so many were answered since the last claim. */
  wantedOf(endpointId: string, answered: number): number {
    // Twice: those that are answered while the claim is under way, and those while the next one is.
    return this.#failures.has(endpointId) ? 0 : answered * 2;
  }

  endpointIds(): readonly string[] {
    return [...this.#held.keys()];
  }

  /** The one that has waited longest. */
  next(endpointId: string): HeldClaim | undefined {
    const held = this.#held.get(endpointId);
    const first = held?.shift();
    if (held?.length === 0) this.#held.delete(endpointId);
    return first;
  }

  /** Returns those that are not to be sent after this answer. */
  answered(endpointId: string, step: Step): readonly HeldClaim[] {
    if (step.kind === 'advance' && step.result !== 3) {
      this.#failures.delete(endpointId);
      return [];
    }
    const failures = (this.#failures.get(endpointId) ?? 0) + 1;
    this.#failures.set(endpointId, failures);
    return step.kind === 'pause' || failures >= failuresMax ? this.#take(endpointId) : [];
  }

  /** Returns those that have waited too long. */
  overdue(): readonly HeldClaim[] {
    return this.endpointIds().flatMap((endpointId) => this.overdueOf(endpointId));
  }

  overdueOf(endpointId: string): readonly HeldClaim[] {
    const oldest = this.#held.get(endpointId)?.[0];
    const isOverdue =
      oldest !== undefined && oldest.heldSinceMonotonicMs <= this.#clock.monotonicMs() - heldMsMax;
    return isOverdue ? this.#take(endpointId) : [];
  }

  all(): readonly HeldClaim[] {
    return this.endpointIds().flatMap((endpointId) => this.#take(endpointId));
  }

  #take(endpointId: string): readonly HeldClaim[] {
    const held = this.#held.get(endpointId) ?? [];
    this.#held.delete(endpointId);
    return held;
  }
}
