/** One settled attempt as the stream tells it. */
export interface TailEvent {
  readonly at: string;
  readonly notificationId: string;
  readonly customerId: string;
  readonly endpointId: string;
  readonly houseTaskId: string;
  readonly houseId: string;
  readonly state: number;
  readonly sequence: number;
  readonly attempt: number;
  readonly outcome: 'accepted' | 'refused' | 'retry' | 'misconfigured';
  readonly result: number | null;
  readonly httpStatus: number | null;
  readonly responseState: number | null;
  readonly durationMs: number;
}

export interface TailRow extends TailEvent {
  /** Unique and rising within this page. */
  readonly number: number;
}

/** How much a person can scroll back; older rows make room. */
export const rowsMax = 500;

/**
 * Takes events as fast as they come and hands out rows when the page is ready to draw: 5,000 a second cost the browser no
 * more than the few times a second that it draws, and 500 rows of memory.
 */
export class TailBuffer {
  #rows: readonly TailRow[] = [];
  #fresh: TailRow[] = [];
  #taken = 0;
  #dropped = 0;

  push(event: TailEvent): void {
    this.#taken += 1;
    this.#fresh.push({ ...event, number: this.#taken });
    if (this.#fresh.length > 2 * rowsMax) this.#fresh = this.#fresh.slice(-rowsMax);
  }

  /** The server had more than it sent. */
  drop(count: number): void {
    this.#dropped += count;
  }

  clear(): void {
    this.#rows = [];
    this.#fresh = [];
  }

  /** Newest first; the same array as before when nothing has come. */
  draw(): { readonly rows: readonly TailRow[]; readonly taken: number; readonly dropped: number } {
    if (this.#fresh.length > 0) {
      this.#rows = [...this.#fresh.toReversed(), ...this.#rows].slice(0, rowsMax);
      this.#fresh = [];
    }
    return { rows: this.#rows, taken: this.#taken, dropped: this.#dropped };
  }
}
