import type { PauseReason } from './endpoint.ts';
import type { EpochMs } from './ports.ts';

/** From when on an endpoint is told of; one that stays below all of these, and is called as usual, is not. */
export interface AlertSignsFrom {
  /** Its oldest notification waits for longer. */
  readonly waitingMs: number;
  /** It refused so many, a fraction allowed, in the whole minutes of the last `windowMs`. */
  readonly refusedMin: number;
  readonly windowMs: number;
}

/** All that alerts are judged by, of those endpoints alone that may have one. In the order of their ids. */
export interface AlertSigns {
  /** The clock by which everything in the database was recorded: the processes' own may differ by minutes. */
  readonly now: EpochMs;
  readonly held: readonly HeldSign[];
  readonly waiting: readonly WaitingSign[];
  readonly refusing: readonly RefusingSign[];
}

interface Sign {
  readonly endpointId: string;
  readonly customerId: string;
}

/** Paused, or its breaker is open, or both. */
export interface HeldSign extends Sign {
  readonly pause: { readonly reason: PauseReason; readonly detail: string } | null;
  /** That opened the breaker; null when it is closed. */
  readonly failures: number | null;
}

export interface WaitingSign extends Sign {
  readonly oldestPendingAt: EpochMs;
}

export interface RefusingSign extends Sign {
  readonly refused: number;
  /** Delivered, refused and failed. */
  readonly settled: number;
}
