import type { EndpointDue, EndpointQuota } from './ports.ts';

/** What else an endpoint has been asked of the store for; see `HeldClaims`. */
export interface ClaimedAhead {
  countOf(endpointId: string): number;
  wantedOf(endpointId: string, answered: number): number;
}

/** How many deliveries this process may have under way, and which endpoints have requests out. */
export class Slots {
  readonly #max: number;
  readonly #ahead: ClaimedAhead;
  readonly #inFlight = new Map<string, number>();
  readonly #inFlightMax = new Map<string, number>();
  #taken = 0;

  constructor(max: number, ahead: ClaimedAhead) {
    this.#max = max;
    this.#ahead = ahead;
  }

  /** Claimed and not yet settled. */
  get taken(): number {
    return this.#taken;
  }

  take(): void {
    this.#taken += 1;
  }

  /** The slot is free once the delivery is settled. */
  free(): void {
    this.#taken -= 1;
  }

  sent(endpointId: string): void {
    this.#inFlight.set(endpointId, this.#inFlightOf(endpointId) + 1);
  }

  /** The endpoint may have another request. */
  answered(endpointId: string): void {
    const left = this.#inFlightOf(endpointId) - 1;
    if (left > 0) this.#inFlight.set(endpointId, left);
    else this.#inFlight.delete(endpointId);
  }

  hasRoom(endpointId: string): boolean {
    return this.#inFlightOf(endpointId) < (this.#inFlightMax.get(endpointId) ?? 0);
  }

  /**
   * Shares the free slots among the endpoints that have work: those due, and those that have answered, for the next
   * change of a lane is due once its last one is settled; `answered` tells how many each. Each may hold an equal part at
   * most, counted as if there were one more of them: so slow endpoints, however many, leave room for the next one that
   * has something to deliver. From now on each of those due has room for as much.
   */
  share(due: readonly EndpointDue[], answered: ReadonlyMap<string, number>): readonly EndpointQuota[] {
    const { part, quotas } = this.#divide(due, answered);
    this.#inFlightMax.clear();
    for (const { endpointId, inFlightMax } of due)
      this.#inFlightMax.set(endpointId, Math.min(inFlightMax, part));
    return quotas;
  }

  /** Whether a claim for these endpoints could get anything, as far as the slots go. */
  wouldShare(due: readonly EndpointDue[]): boolean {
    return this.#divide(due, new Map()).quotas.length > 0;
  }

  #divide(
    due: readonly EndpointDue[],
    answered: ReadonlyMap<string, number>,
  ): { readonly part: number; readonly quotas: readonly EndpointQuota[] } {
    const ready = due
      .filter(({ endpointId, dueInMs }) => dueInMs <= 0 || answered.has(endpointId))
      .map(({ endpointId, inFlightMax }) => {
        const held = this.#ahead.countOf(endpointId);
        const wanted = this.#ahead.wantedOf(endpointId, answered.get(endpointId) ?? 0);
        const ahead = Math.min(wanted, inFlightMax);
        const claimed = this.#inFlightOf(endpointId) + held;
        return { endpointId, claimed, claimedMax: inFlightMax + ahead };
      })
      .sort((a, b) => a.claimed - b.claimed);
    const active = new Set([...this.#inFlight.keys(), ...ready.map(({ endpointId }) => endpointId)]).size;
    const part = Math.max(1, Math.floor(this.#max / (active + 1)));
    let free = this.#max - this.#taken;
    const quotas: EndpointQuota[] = [];
    for (const { endpointId, claimed, claimedMax } of ready) {
      const quota = Math.min(claimedMax - claimed, part - claimed, free);
      if (quota <= 0) continue;
      quotas.push({ endpointId, quota });
      free -= quota;
    }
    return { part, quotas };
  }

  #inFlightOf(endpointId: string): number {
    return this.#inFlight.get(endpointId) ?? 0;
  }
}
