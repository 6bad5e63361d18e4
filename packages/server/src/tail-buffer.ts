import type { TailEvent } from './tail.ts';

/** What a client may be behind by; more is counted and not kept, so that a slow one costs no memory. */
const eventsMax = 500;

/** The events that one client has not taken yet: the first of each interval, and how many more there were. */
export class TailBuffer {
  #events: TailEvent[] = [];
  #dropped = 0;

  add(event: TailEvent): void {
    if (this.#events.length < eventsMax) this.#events.push(event);
    else this.#dropped += 1;
  }

  /** Hands over what came since the last time. */
  take(): { readonly events: readonly TailEvent[]; readonly dropped: number } {
    const taken = { events: this.#events, dropped: this.#dropped };
    this.#events = [];
    this.#dropped = 0;
    return taken;
  }
}
