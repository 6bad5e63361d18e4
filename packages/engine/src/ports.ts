import type { AttemptRecord, Notice, NoticeSettlement, RecordedAttempts } from './attempt.ts';
import type { Actor } from './audit.ts';
import type { Appended, NewChange } from './change.ts';
import type { Customer } from './customer.ts';
import type { Endpoint, EndpointDraft, PauseReason } from './endpoint.ts';
import type { Claim, Settlement, Verdict } from './lane.ts';
import type {
  Backlog,
  Notification,
  NotificationFilter,
  NotificationPosition,
  Page,
  PageRequest,
  ResendPosition,
  Resent,
} from './notification.ts';
import type { ResendJob, ResendJobDraft, ResendJobStep } from './resend-job.ts';
import type { Retired } from './retention.ts';
import type {
  EndpointCounts,
  EndpointEvent,
  EndpointPending,
  Rollup,
  RollupBucket,
  RollupRequest,
} from './rollup.ts';
import type { StoreAccess } from './store-access.ts';
import type { StoreAlerts } from './store-alerts.ts';
import type { Task, TaskFilter, TaskHistory } from './task.ts';

/** Milliseconds since 1970-01-01 UTC. */
export type EpochMs = number;

/**
 * What delivery needs from a database. Each method is one durable transaction: when its promise resolves,
 * the effect survives kill -9 and power loss; when it rejects, nothing happened or the outcome is unknown.
 */
export interface Store {
  /**
   * Writes the ledger rows and moves the lane of every endpoint of the customer, all or nothing.
   * A repeated eventId on the same task writes nothing and returns the first result.
   * Throws `AppendRefused` for an unknown customer, an illegal transition of a customer that refuses
   * those, or an eventId that was used for a different change of the task.
   */
  append(changes: readonly NewChange[]): Promise<readonly Appended[]>;

  /**
   * Leases lane heads that are due, oldest first, at most `quota` for each endpoint.
   * Paused endpoints yield nothing; an open breaker yields one probe when its time has come.
   * A lease that ran out is claimable again, and the attempt it stood for is recorded as lost.
   */
  claim(request: ClaimRequest): Promise<readonly Claim[]>;

  /**
   * Records attempts and moves lanes, fenced by epoch and sequence.
   * 'fenced': another worker has claimed the lane since; the attempts are recorded, the lane stays.
   * 'busy': the lane is locked by someone's append; settle again later.
   */
  settle(settlements: readonly Settlement[]): Promise<readonly Verdict[]>;

  /** Which endpoints have work, and when. Leased lanes may be counted as ready; an empty claim tells. */
  upcoming(): Promise<readonly EndpointDue[]>;

  /** Leases delivery-failed notices that are due, oldest first, one of each endpoint at a time. */
  claimNotices(limit: number, leaseMs: number): Promise<readonly Notice[]>;

  /** Records what became of delivery-failed notices. */
  settleNotices(settlements: readonly NoticeSettlement[]): Promise<void>;

  /**
   * Takes away a part of what is older than `retentionMs`: attempts, changes whose attempts are gone, notices that were
   * sent; null keeps everything. Never an attempt of a notification that waits, a change of a lane with one that waits or
   * is parked, or the last change of a task. Several transactions, each of some milliseconds; any process may call it.
   */
  retire(retentionMs: number | null): Promise<Retired>;
}

export interface ClaimRequest {
  readonly quotas: readonly EndpointQuota[];
  readonly leaseMs: number;
}

export interface EndpointQuota {
  readonly endpointId: string;
  readonly quota: number;
}

export interface EndpointDue {
  readonly endpointId: string;
  /** Zero or less: due now. A paused endpoint is not listed; an open breaker delays to its next probe. */
  readonly dueInMs: number;
  /** How many requests this endpoint may have in flight now: its limit, its slow start, or one probe. */
  readonly inFlightMax: number;
}

/**
 * What people need from the same database: the API, the console, the command. Delivery never uses it. `by` is who does
 * it: then the audit log gets its row in the same transaction.
 */
export interface StoreAdmin extends StoreAccess, StoreAlerts {
  putCustomer(customer: Customer, by?: Actor): Promise<Customer>;
  findCustomer(customerId: string): Promise<Customer | undefined>;
  listCustomers(): Promise<readonly Customer[]>;

  /** Creates or replaces. Keys that the draft leaves out stay as they are. Throws `UnknownCustomer`. */
  putEndpoint(draft: EndpointDraft, by?: Actor): Promise<Endpoint>;
  findEndpoint(endpointId: string): Promise<Endpoint | undefined>;
  listEndpoints(customerId?: string): Promise<readonly Endpoint[]>;
  /**
   * A pause of a paused endpoint keeps the first reason, unless that was the customer's own and this is an operator's.
   * Returns undefined when there is no such endpoint.
   */
  pauseEndpoint(
    endpointId: string,
    reason: PauseReason,
    detail: string,
    by?: Actor,
  ): Promise<Endpoint | undefined>;
  /**
   * Ends a pause and closes the breaker into its slow start; lanes go on in order, those that wait for a retry at once.
   * Throws `PausedByOperator` when `by` is a customer and the pause is not.
   */
  resumeEndpoint(endpointId: string, by?: Actor): Promise<Endpoint | undefined>;
  /** The present sign key stays valid as the previous one for `overlapMs`. */
  rotateSignKey(
    endpointId: string,
    signKey: string,
    overlapMs: number,
    by?: Actor,
  ): Promise<Endpoint | undefined>;

  listNotifications(filter: NotificationFilter, page: PageRequest): Promise<Page<Notification>>;
  findNotification(position: NotificationPosition): Promise<Notification | undefined>;
  /** Oldest first. */
  listAttempts(position: NotificationPosition): Promise<readonly AttemptRecord[]>;
  /** The newest `limit` of all attempts recorded after this time; none, only the time, for null. */
  listRecordedAttempts(after: EpochMs | null, limit: number): Promise<RecordedAttempts>;
  /** How many notifications match; counts up to `countMax`. */
  countNotifications(filter: NotificationFilter, countMax: number): Promise<number>;
  /**
   * Reopens every settled notification that matches, at most `limit`, oldest first; each lane delivers its
   * reopened ones in order before its head. A pending head that waits for a retry, or is parked, is tried now.
   */
  resend(filter: NotificationFilter | ResendPosition, limit: number): Promise<Resent>;

  /** Undefined when it was to run alone, and another of the same `startedBy` runs: of two at once, one starts. */
  startResendJob(draft: ResendJobDraft, by?: Actor): Promise<ResendJob | undefined>;
  findResendJob(jobId: string): Promise<ResendJob | undefined>;
  /** Newest first; of all, or of one who started them. */
  listResendJobs(limit: number, startedBy?: string): Promise<readonly ResendJob[]>;
  /** A job that nobody runs: it is the caller's until the lease ends. */
  claimResendJob(leaseMs: number): Promise<ResendJob | undefined>;
  /**
   * Resends a part, records how far the job has come, and renews the lease or, after the last part, ends the job: all of it
   * or nothing. False when it does not run any more, or another has gone on.
   */
  stepResendJob(step: ResendJobStep, leaseMs: number): Promise<boolean>;
  /** Ends a job that runs; one that has ended stays as it is. */
  stopResendJob(jobId: string): Promise<ResendJob | undefined>;

  /** Most recently changed first. */
  listTasks(filter: TaskFilter, page: PageRequest): Promise<Page<Task>>;
  /** One for each customer that has a task of this id. */
  findTasks(houseTaskId: string, customerId?: string): Promise<readonly TaskHistory[]>;

  /** Of all endpoints, or of these. */
  backlog(endpointIds?: readonly string[]): Promise<Backlog>;
  /** What waits for each of these endpoints, in the order given. */
  listPending(endpointIds: readonly string[], countMax: number): Promise<readonly EndpointPending[]>;

  /** Adds to what any process has counted. */
  addRollups(rollups: readonly Rollup[]): Promise<void>;
  /** Oldest first; buckets in which nothing settled are left out. */
  listRollups(request: RollupRequest): Promise<readonly RollupBucket[]>;
  /** The sum for each of these endpoints, of whole minutes in the last days; those without any are left out. */
  sumRollups(endpointIds: readonly string[], from: EpochMs, to: EpochMs): Promise<readonly EndpointCounts[]>;
  /** Newest first. */
  listEndpointEvents(
    endpointId: string,
    from: EpochMs,
    to: EpochMs,
    limit: number,
  ): Promise<readonly EndpointEvent[]>;
  /**
   * Deletes counts and events older than `rollupsKeptMs`, and what leads to changes that are gone. Several transactions,
   * each of some thousand rows at most.
   */
  retireRollups(): Promise<void>;
}

/** Sends one request. A failure on the way is a value, not an exception. */
export interface Transport {
  post(request: SignedRequest, signal: AbortSignal): Promise<Reply>;
}

export interface SignedRequest {
  readonly endpointId: string;
  /** Normalised by the WHATWG URL parser when the endpoint was saved. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A notification's is form-encoded and therefore ASCII; an alert's is JSON. */
  readonly body: string;
  readonly connectTimeoutMs: number;
  /** From the call to the last byte of the answer. */
  readonly totalTimeoutMs: number;
  readonly inFlightMax: number;
}

export type Reply = Answered & {
  /** As `encodeTimings` writes them; left out by a transport that does not measure. */
  readonly timings?: string;
};

type Answered =
  | {
      readonly kind: 'response';
      readonly httpStatus: number;
      readonly retryAfter: string | null;
      readonly body: Uint8Array;
      readonly remoteAddress: string | null;
    }
  | {
      readonly kind: 'failure';
      readonly reason: TransportFailure;
      readonly detail: string;
      /** False when nothing can have reached the endpoint: no byte of the request was written. */
      readonly uncertain: boolean;
      readonly remoteAddress: string | null;
    };

export type TransportFailure =
  | 'timeout'
  | 'connect-timeout'
  | 'dns'
  | 'refused'
  | 'unreachable'
  | 'reset'
  | 'tls'
  | 'blocked-address'
  | 'response-too-large'
  | 'malformed-response'
  | 'aborted'
  | 'network';

/** Wall time for rows and signatures, monotonic time for durations, and the only way to wait. */
export interface Clock {
  now(): EpochMs;
  monotonicMs(): number;
  /** Resolves early, without throwing, when `signal` aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Hints that something may be due. They may be lost, late or false; polling is the truth. */
export interface Wakeup {
  /** For whoever delivers, in this process or another. */
  hint(): void;
  /** For this process only, which has just made room or moved a lane. */
  wake(): void;
  wait(timeoutMs: number, signal: AbortSignal): Promise<void>;
}

/** Uniform in [0, 1). Seeded in tests. */
export type Random = () => number;
