import type { EndpointDue, EndpointQuota } from './ports.ts';

/** How many deliveries this process may have under way, and which endpoints have requests out. */
export class Slots {
  readonly #max: number;
  readonly #inFlight = new Map<string, number>();
  #taken = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Claimed and not yet settled. */
  get taken(): number {
    return this.#taken;
  }

  take(endpointId: string): void {
    this.#taken += 1;
    this.#inFlight.set(endpointId, this.#inFlightOf(endpointId) + 1);
  }

  /** The endpoint may have another request; the slot is free once the delivery is settled. */
  answered(endpointId: string): void {
    const left = this.#inFlightOf(endpointId) - 1;
    if (left > 0) this.#inFlight.set(endpointId, left);
    else this.#inFlight.delete(endpointId);
  }

  free(): void {
    this.#taken -= 1;
  }

  /**
   * Shares the free slots among the endpoints that have work: those due, and those that have `answered`, for the next
   * change of a lane is due once its last one is settled. Each may hold an equal part at most, counted as if there
   * were one more of them: so slow endpoints, however many, leave room for the next one that has something to deliver.
   */
  share(due: readonly EndpointDue[], answered: ReadonlySet<string>): readonly EndpointQuota[] {
    const ready = due
      .filter(({ endpointId, dueInMs }) => dueInMs <= 0 || answered.has(endpointId))
      .map(({ endpointId, inFlightMax }) => ({
        endpointId,
        inFlightMax,
        inFlight: this.#inFlightOf(endpointId),
      }))
      .sort((a, b) => a.inFlight - b.inFlight);
    const active = new Set([...this.#inFlight.keys(), ...ready.map(({ endpointId }) => endpointId)]).size;
    const part = Math.max(1, Math.floor(this.#max / (active + 1)));
    let free = this.#max - this.#taken;
    const quotas: EndpointQuota[] = [];
    for (const { endpointId, inFlightMax, inFlight } of ready) {
      const quota = Math.min(inFlightMax - inFlight, part - inFlight, free);
      if (quota <= 0) continue;
      quotas.push({ endpointId, quota });
      free -= quota;
    }
    return quotas;
  }

  #inFlightOf(endpointId: string): number {
    return this.#inFlight.get(endpointId) ?? 0;
  }
}
