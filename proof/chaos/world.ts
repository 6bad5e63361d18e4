import type { ApiAccess } from './api-access.ts';
import type { Appender } from './appender.ts';
import type { ChaosDatabase } from './chaos-database.ts';
import type { FaultRate } from './fault-plan.ts';
import type { ProcessUnderTest } from './process-under-test.ts';
import type { ReceiverProcess } from './receiver-process.ts';

/** Everything that takes part in a run, of either store. */
export interface World {
  /** What is under test, for the head of the report. */
  readonly title: string;
  /** Those that deliver. */
  readonly workers: readonly ProcessUnderTest[];
  /** The one that answers the API; with SQLite it is the worker. */
  readonly api: ProcessUnderTest;
  readonly access: ApiAccess;
  readonly receiver: ReceiverProcess;
  readonly appenders: readonly Appender[];
  readonly faultRates: readonly FaultRate[];
  /** undefined with SQLite. */
  readonly postgres: ChaosDatabase | undefined;
  /** The leases of the dead run out by themselves; else they are ended by hand. */
  readonly waitsForLeases: boolean;
  /** Returns how many. */
  endLeasesOf(life: string): Promise<number>;
  endLeasesOlderThan(ms: number): Promise<number>;
  /** Which life took which lease; undefined where there is but one process at a time. */
  listClaims(): Promise<readonly ClaimRow[] | undefined>;
  /** Reads the database once all processes have ended; `doorbell.` stands for the schema. */
  read<Row>(sql: string): Promise<readonly Row[]>;
  /** Ends what is left, and removes what it left behind. */
  close(): Promise<void>;
}

export interface ClaimRow {
  readonly endpoint_id: string;
  readonly house_task_id: string;
  readonly seq: number;
  readonly attempt: number;
  readonly process: string;
  readonly at: number;
}
