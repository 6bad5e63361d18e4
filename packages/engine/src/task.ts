import type { Change } from './change.ts';
import type { EpochMs } from './ports.ts';

/** A HouseTask: its ids, its owner, its state now, its last sequence. */
export interface Task {
  readonly customerId: string;
  readonly houseTaskId: string;
  readonly houseId: string;
  readonly packageId: string;
  readonly userId: string;
  readonly userName: string;
  readonly state: number;
  readonly lastSequence: number;
  readonly changedAt: EpochMs;
}

export interface TaskFilter {
  readonly customerId?: string | undefined;
  readonly houseId?: string | undefined;
  readonly state?: number | undefined;
}

export interface TaskHistory extends Task {
  /** Oldest first. */
  readonly changes: readonly Change[];
}
