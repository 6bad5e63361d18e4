import type { EpochMs } from './ports.ts';

/** One fact to be recorded: this task entered that state. Checked against the contract before it gets here. */
export interface NewChange {
  readonly customerId: string;
  readonly houseTaskId: string;
  readonly houseId: string;
  readonly packageId: string;
  readonly userId: string;
  readonly userName: string;
  readonly state: number;
  /** Extra parameters agreed with the customer; they are sent and signed like the others. */
  readonly extra: Readonly<Record<string, string>>;
  /** The producer's own id of the event; a repeat on the same task is answered as the first time. */
  readonly eventId: string | null;
}

/** A recorded change. Sequences are dense per task and start at 1. The ledger is append-only. */
export interface Change extends NewChange {
  readonly sequence: number;
  /** Whether the transition table of the contract knows the step from the state before. */
  readonly transition: 'first' | 'legal' | 'illegal';
  readonly createdAt: EpochMs;
}

export interface Appended {
  readonly customerId: string;
  readonly houseTaskId: string;
  readonly sequence: number;
  readonly state: number;
  readonly transition: Change['transition'];
  readonly createdAt: EpochMs;
  /** How many endpoints will be notified. */
  readonly endpoints: number;
}

export type AppendRefusal = 'unknown-customer' | 'illegal-transition' | 'event-id-reused';

/** Thrown by `Store.append`; nothing of the batch was written. */
export class AppendRefused extends Error {
  readonly reason: AppendRefusal;
  /** Position of the offending change in the batch, from 0. */
  readonly index: number;

  constructor(reason: AppendRefusal, index: number, message: string) {
    super(message);
    this.name = 'AppendRefused';
    this.reason = reason;
    this.index = index;
  }
}
