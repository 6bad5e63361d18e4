import type { NewChange, NotificationResult, PauseReason } from '@doorbell/engine';

/**
 * One transaction of the workload, written down the moment its callers were answered. It says what they were told, and
 * how the store showed what they had touched.
 */
export interface Round {
  /** From 1, dense. */
  readonly number: number;
  readonly appended: readonly RecordedChange[];
  readonly attempts: readonly RecordedAttempt[];
  readonly results: readonly RecordedResult[];
  /** All endpoints, when one was edited or settled. */
  readonly endpoints: readonly RecordedEndpoint[];
  readonly customerIds: readonly string[];
  readonly apiKeyIds: readonly string[];
}

export interface RecordedChange extends NewChange {
  readonly sequence: number;
  readonly createdAt: number;
}

export interface RecordedAttempt {
  readonly laneId: number;
  readonly sequence: number;
  readonly epoch: number;
}

export interface RecordedResult {
  readonly laneId: number;
  readonly sequence: number;
  readonly result: NotificationResult;
}

export interface RecordedEndpoint {
  readonly id: string;
  readonly url: string;
  readonly pause: PauseReason | null;
  readonly signKey: string | null;
  readonly consecutiveFailures: number;
}

export const databaseName = 'doorbell.db';
/** What SQLite keeps on the disk beside it; it makes the -shm anew whenever it opens a database. */
export const databaseFiles: readonly string[] = [
  databaseName,
  `${databaseName}-wal`,
  `${databaseName}-journal`,
];
export const logName = 'acknowledged';
