import { afterProbe, claimsAllowed } from '../../breaker.ts';
import type { Change } from '../../change.ts';
import type { Endpoint } from '../../endpoint.ts';
import type { Claim } from '../../lane.ts';
import type { ClaimRequest, EndpointQuota, EpochMs } from '../../ports.ts';
import { endpointAt, type StoredEndpoint } from '../endpoint-row.ts';
import { type ChangeRow, changeOf } from './change-row.ts';
import type { Statement } from './connection.ts';
import type { StoreContext } from './context.ts';
import { createRecordUnsent, type RecordUnsent } from './unsent-attempt.ts';

export const claimSql = {
  probe: 'select 1 from lane where endpoint_id = ?1 and due_at <= ?2 and lease_until <= ?3 limit 1',
  // The joins keep the lanes' order, so the limit ends the walk along lane_due. seq is null when there is no such change.
  // A limit that is a parameter alone would be planned anew at each call; the sum keeps the plan.
  due: `select l.id, l.task_id, l.head_seq, l.tail_seq, l.reopened_seq, l.claimed_seq, l.claimed_at, l.epoch, l.attempt,
      l.first_try_at, l.held_ms_at_first_try, t.customer_id, t.house_task_id, c.seq, c.state, c.transition, c.house_id,
      c.package_id, c.user_id, c.user_name, c.extra, c.event_id, c.created_at
    from lane l indexed by lane_due cross join task t on t.id = l.task_id
      left join change c on c.task_id = l.task_id and c.seq = coalesce(l.reopened_seq, l.head_seq)
    where l.endpoint_id = ?1 and l.due_at <= ?2 and l.lease_until <= ?3
    order by l.due_at limit ?4 + 0`,
  lease: `update lane set lease_until = ?2, claimed_seq = ?3, claimed_at = ?4, epoch = epoch + 1, attempt = ?5,
      first_try_at = ?6, held_ms_at_first_try = ?7, head_seq = ?8
    where id = ?1`,
  setAside: `update lane set due_at = ?2, epoch = epoch + 1, lease_until = 0, claimed_seq = null, claimed_at = null
    where id = ?1`,
  change: 'select * from change where task_id = ? and seq = ?',
  supersede: `insert into closed (lane_id, seq, result, closed_at, endpoint_id, created_at, task_id, state)
    select ?1, seq, 4, ?2, ?3, created_at, task_id, state from change where task_id = ?4 and seq >= ?5 and seq < ?6`,
  dropSuperseded: `delete from pending where (endpoint_id, created_at, task_id, seq, lane_id) in
    (select ?1, created_at, task_id, seq, ?2 from change where task_id = ?3 and seq >= ?4 and seq < ?5)`,
} as const;

interface DueLane {
  readonly id: number;
  readonly task_id: number;
  readonly head_seq: number;
  readonly tail_seq: number;
  readonly reopened_seq: number | null;
  readonly claimed_seq: number | null;
  readonly claimed_at: number | null;
  readonly epoch: number;
  readonly attempt: number;
  readonly first_try_at: number | null;
  readonly held_ms_at_first_try: number;
  readonly customer_id: string;
  readonly house_task_id: string;
}

/** A due lane, and the change at its head or the lowest reopened one. */
type DueRow = DueLane & (ChangeRow | { readonly seq: null });

export class ClaimVerb {
  readonly #context: StoreContext;
  readonly #probeDue: Statement<unknown>;
  readonly #listDue: Statement<DueRow>;
  readonly #lease: Statement<never>;
  readonly #findChange: Statement<ChangeRow>;
  readonly #supersede: Statement<never>;
  readonly #dropSuperseded: Statement<never>;
  readonly #setAside: Statement<never>;
  readonly #recordUnsent: RecordUnsent;

  constructor(context: StoreContext) {
    const { connection } = context;
    this.#context = context;
    this.#probeDue = connection.prepare(claimSql.probe);
    this.#listDue = connection.prepare(claimSql.due);
    this.#lease = connection.prepare(claimSql.lease);
    this.#findChange = connection.prepare(claimSql.change);
    this.#supersede = connection.prepare(claimSql.supersede);
    this.#dropSuperseded = connection.prepare(claimSql.dropSuperseded);
    this.#setAside = connection.prepare(claimSql.setAside);
    this.#recordUnsent = createRecordUnsent(connection);
  }

  /** A read: whether a claim would find anything, so that polling for nothing writes nothing. */
  probe(request: ClaimRequest): boolean {
    const now = this.#context.now();
    const leaseNow = this.#context.leaseNow();
    return request.quotas.some(({ endpointId, quota }) => {
      const endpoint = this.#context.endpoints.find(endpointId);
      if (endpoint === undefined || quotaNow(endpoint, quota, now) === 0) return false;
      return this.#probeDue.get(endpointId, now, leaseNow) !== undefined;
    });
  }

  claim(request: ClaimRequest): readonly Claim[] {
    const now = this.#context.now();
    return request.quotas.flatMap((wanted) => this.#claimFrom(wanted, request.leaseMs, now));
  }

  #claimFrom(wanted: EndpointQuota, leaseMs: number, now: EpochMs): readonly Claim[] {
    const { endpoints } = this.#context;
    const stored = endpoints.find(wanted.endpointId);
    const quota = stored === undefined ? 0 : quotaNow(stored, wanted.quota, now);
    if (stored === undefined || quota === 0) return [];
    const leaseNow = this.#context.leaseNow();
    const due = this.#listDue.all(stored.id, now, leaseNow, quota);
    if (due.length === 0) return [];
    if (stored.breaker.openedAt !== null) {
      endpoints.save({ ...stored, breaker: afterProbe(stored.breaker, now) }, now);
    }
    const endpoint = endpointAt(stored, now);
    return due.flatMap((lane) => this.#claimUnlessUnreadable(lane, endpoint, leaseNow + leaseMs, now));
  }

  /** One row that cannot be read holds up its own lane, not the claim of all others. */
  #claimUnlessUnreadable(
    lane: DueRow,
    endpoint: Endpoint,
    leaseUntil: number,
    now: EpochMs,
  ): readonly Claim[] {
    try {
      return [this.#claimLane(lane, endpoint, leaseUntil, now)];
    } catch (error) {
      if (!(error instanceof UnreadableChange)) throw error;
      this.#setAside.run(lane.id, now + unreadableRetryMs);
      const { id: laneId, epoch, attempt, head_seq: head } = lane;
      const sequence = lane.reopened_seq ?? head;
      const seen = {
        laneId,
        sequence,
        epoch: epoch + 1,
        attempt: attempt + 1,
        claimedAt: now,
        url: endpoint.url,
      };
      this.#recordUnsent(seen, { reason: 'internal-error', detail: error.message }, now);
      return [];
    }
  }

  #claimLane(lane: DueRow, endpoint: Endpoint, leaseUntil: number, now: EpochMs): Claim {
    if (lane.claimed_seq !== null) this.#giveUpLease(lane, lane.claimed_seq, endpoint, now);
    const head = endpoint.coalesce === 'latest' ? this.#coalesce(lane, endpoint, now) : lane.head_seq;
    const sequence = lane.reopened_seq ?? head;
    const again = lane.first_try_at !== null && head === lane.head_seq && isSameTry(lane, sequence);
    const attempt = again ? lane.attempt + 1 : 1;
    const firstTryAt = again ? (lane.first_try_at ?? now) : now;
    const heldMsBefore = again ? lane.held_ms_at_first_try : endpoint.heldMs;
    const change = this.#loadChange(lane, sequence);
    this.#lease.run(lane.id, leaseUntil, sequence, now, attempt, firstTryAt, heldMsBefore, head);
    return {
      laneId: lane.id,
      sequence,
      epoch: lane.epoch + 1,
      attempt,
      isResend: lane.reopened_seq !== null,
      firstTryAt,
      heldMs: endpoint.heldMs - heldMsBefore,
      endpoint,
      change,
    };
  }

  #giveUpLease(lane: DueRow, sequence: number, endpoint: Endpoint, now: EpochMs): void {
    const { id: laneId, epoch, attempt } = lane;
    const lease = { laneId, sequence, epoch, attempt, claimedAt: lane.claimed_at ?? now, url: endpoint.url };
    this.#recordUnsent(
      lease,
      { reason: 'lost', detail: 'The lease ran out before an outcome was recorded.' },
      now,
    );
  }

  /** Passes over everything that a newer change overtook, and returns where the head is then. */
  #coalesce(lane: DueRow, endpoint: Endpoint, now: EpochMs): number {
    const { id, task_id: taskId, head_seq: head, tail_seq: tail } = lane;
    if (lane.reopened_seq !== null || head >= tail) return head;
    this.#supersede.run(id, now, endpoint.id, taskId, head, tail);
    this.#dropSuperseded.run(endpoint.id, id, taskId, head, tail);
    return tail;
  }

  #loadChange(lane: DueRow, sequence: number): Change {
    const isRead = lane.seq !== null && lane.seq === sequence;
    const row = isRead ? lane : this.#findChange.get(lane.task_id, sequence);
    if (row === undefined) throw new UnreadableChange(`Change ${sequence} does not exist.`);
    try {
      return changeOf(row, { customerId: lane.customer_id, houseTaskId: lane.house_task_id });
    } catch (error) {
      throw new UnreadableChange(`Change ${sequence} cannot be read: ${error}`);
    }
  }
}

/** What is stored of a change makes no sense; someone has to look at it, and nothing else should wait for that. */
class UnreadableChange extends Error {}

const unreadableRetryMs = 600_000;

function quotaNow(endpoint: StoredEndpoint, quota: number, now: EpochMs): number {
  if (endpoint.pause !== null) return 0;
  return Math.min(quota, claimsAllowed(endpoint.breaker, endpoint.inFlightMax, now));
}

/** A lane leased for one change may meanwhile have had an earlier one reopened: that one starts afresh. */
function isSameTry(lane: DueRow, sequence: number): boolean {
  return lane.claimed_seq === null || lane.claimed_seq === sequence;
}
