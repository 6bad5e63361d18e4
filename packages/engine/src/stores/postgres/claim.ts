import { probeEveryMs } from '../../breaker.ts';
import type { Change } from '../../change.ts';
import type { Claim } from '../../lane.ts';
import type { ClaimRequest } from '../../ports.ts';
import type { Vault } from '../../vault.ts';
import { endpointAt, type StoredEndpoint } from '../endpoint-row.ts';
import { type ChangeRow, changeOf } from './change-row.ts';
import type { StoreContext } from './context.ts';
import { EndpointBook } from './endpoint-book.ts';
import type { Session, Transaction } from './transaction.ts';

export const claimSql: Readonly<Record<'lease' | 'changes' | 'supersede' | 'setAside', string>> = {
  // Only ever run `byIndex`: the update that joins the lanes was otherwise planned as a scan of all of them.
  lease: `with clock as materialized (select doorbell.now_ms($3::bigint) as now),
    wanted as materialized (
      select w.* from unnest($1::text[], $2::int[]) with ordinality w (endpoint_id, quota, ord)),
    -- Locked, so that of all workers one sends the probe; who comes second sees the probe's new time.
    probing as materialized (
      select e.id from doorbell.endpoint e cross join clock
      where e.id = any($1::text[]) and e.paused_at is null and e.breaker_opened_at is not null
        and e.breaker_probe_at <= clock.now
      for update of e skip locked),
    allowed as materialized (
      select e.id, w.ord, e.url, e.coalesce_policy,
        e.held_ms + case when e.held_since is null then 0 else clock.now - e.held_since end as held_ms,
        greatest(0, case
          when e.breaker_opened_at is null then least(w.quota, 2 * e.in_flight_max, e.breaker_ramp)
          when e.id in (select p.id from probing p) then least(w.quota, 1) else 0 end) as quota
      from wanted w join doorbell.endpoint e on e.id = w.endpoint_id cross join clock
      where e.paused_at is null),
    pick as materialized (
      select a.id as endpoint_id, a.ord, a.url, a.held_ms, a.coalesce_policy, due.*
      from allowed a cross join lateral (
        select l.id, l.ctid as place, l.task_id, l.head_seq, l.tail_seq, l.reopened_seq, l.due_at, l.claimed_seq,
          l.claimed_at, l.epoch, l.attempt, l.first_try_at, l.held_ms_at_first_try
        from doorbell.lane l
        where l.endpoint_id = a.id and l.due_at <= (select now from clock) and l.lease_until <= (select now from clock)
        order by l.due_at, l.id limit a.quota for update skip locked) due
      where a.quota > 0),
    heads as (
      select p.*, case when p.coalesce_policy = 'latest' and p.reopened_seq is null
        then greatest(p.head_seq, p.tail_seq) else p.head_seq end as head from pick p),
    -- A lane leased for one change may meanwhile have had an earlier one reopened: that one starts afresh.
    tried as (
      select h.*, coalesce(h.reopened_seq, h.head) as seq, clock.now,
        h.first_try_at is not null and h.head = h.head_seq
          and coalesce(h.claimed_seq, h.reopened_seq, h.head) = coalesce(h.reopened_seq, h.head) as again
      from heads h cross join clock),
    next as (
      select t.id, t.place, t.endpoint_id, t.ord, t.due_at, t.task_id, t.seq, t.head_seq as head_before, t.head, t.now,
        t.held_ms, t.epoch + 1 as epoch, case when t.again then t.attempt + 1 else 1 end as attempt,
        case when t.again then t.first_try_at else t.now end as first_try_at,
        case when t.again then t.held_ms_at_first_try else t.held_ms end as held_ms_at_first_try,
        t.claimed_seq as lost_seq, t.claimed_at as lost_at, t.attempt as lost_attempt, t.url
      from tried t),
    -- What is locked stays where it was read. Only a lane that was moved between the snapshot of this statement and the
    -- lock is not found there: it is not answered either, and left to the next claim.
    leased as (
      update doorbell.lane l set lease_until = n.now + $4, claimed_seq = n.seq, claimed_at = n.now, epoch = n.epoch,
        attempt = n.attempt, first_try_at = n.first_try_at, held_ms_at_first_try = n.held_ms_at_first_try,
        head_seq = n.head
      from next n where l.ctid = n.place
      returning n.*),
    probed as (
      update doorbell.endpoint e set breaker_probe_at = clock.now + ${probeEveryMs} from clock
      where e.id in (select p.id from probing p) and e.id in (select n.endpoint_id from leased n)),
    lost as (
      insert into doorbell.attempt (lane_id, seq, epoch, post, attempt, at, duration_ms, outcome, reason, detail, url,
        request_headers, request_body, fenced, recorded_at)
      select n.id, n.lost_seq, n.epoch - 1, 1, n.lost_attempt, n.lost_at, 0, 'retry', 'lost',
        'The lease ran out before an outcome was recorded.', n.url, '{}', '', false, n.now
      from leased n where n.lost_seq is not null
      on conflict do nothing)
    select n.id, n.endpoint_id, n.task_id, n.seq, n.head_before, n.head, n.now, n.held_ms, n.epoch, n.attempt,
      n.first_try_at, n.held_ms_at_first_try
    from leased n order by n.ord, n.due_at, n.id`,
  // A statement of its own: joined to the lease it would read the older snapshot, and could miss a change that was
  // committed meanwhile.
  changes: `select k.lane_id, c.customer_id, c.seq, c.state, c.transition, c.house_id, c.package_id, c.user_id, c.user_name,
      c.extra, c.event_id, c.created_at, t.house_task_id
    from unnest($1::bigint[], $2::bigint[], $3::int[]) k (lane_id, task_id, seq)
    cross join lateral (select * from doorbell.change x where x.task_id = k.task_id and x.seq = k.seq offset 0) c
    cross join lateral (select x.house_task_id from doorbell.task x where x.id = k.task_id offset 0) t`,
  supersede: `with passed as (
      select k.lane_id, k.endpoint_id, c.created_at, c.task_id, c.seq, c.state
      from unnest($1::bigint[], $2::text[], $3::bigint[], $4::int[], $5::int[])
          k (lane_id, endpoint_id, task_id, head_before, head)
        cross join lateral (
          select x.created_at, x.task_id, x.seq, x.state from doorbell.change x
          where x.task_id = k.task_id and x.seq >= k.head_before and x.seq < k.head offset 0) c),
    dropped as (
      delete from doorbell.pending w where w.ctid = any(array(
        select x.place from passed p cross join lateral (
          select y.ctid as place from doorbell.pending y
          where (y.endpoint_id, y.created_at, y.task_id, y.seq, y.lane_id)
            = (p.endpoint_id, p.created_at, p.task_id, p.seq, p.lane_id) offset 0) x)))
    insert into doorbell.closed (lane_id, seq, result, closed_at, endpoint_id, created_at, task_id, state)
    select p.lane_id, p.seq, 4, $6::bigint, p.endpoint_id, p.created_at, p.task_id, p.state from passed p`,
  setAside: `with aside as (
      update doorbell.lane l set due_at = $3::bigint + $4::bigint, lease_until = 0, claimed_seq = null, claimed_at = null
      from unnest($1::bigint[], $2::text[], $5::bigint[]) k (lane_id, detail, epoch)
      where l.id = any($1::bigint[]) and l.id = k.lane_id and l.epoch = k.epoch
      returning l.id, coalesce(l.reopened_seq, l.head_seq) as seq, l.epoch, l.attempt, l.endpoint_id, k.detail)
    insert into doorbell.attempt (lane_id, seq, epoch, post, attempt, at, duration_ms, outcome, reason, detail, url,
      request_headers, request_body, fenced, recorded_at)
    select a.id, a.seq, a.epoch, 1, a.attempt, $3, 0, 'retry', 'internal-error', a.detail, e.url, '{}', '', false, $3
    from aside a join doorbell.endpoint e on e.id = a.endpoint_id`,
};

interface LeasedRow {
  readonly id: number;
  readonly endpoint_id: string;
  readonly task_id: number;
  readonly seq: number;
  readonly head_before: number;
  readonly head: number;
  readonly now: number;
  readonly held_ms: number;
  readonly epoch: number;
  readonly attempt: number;
  readonly first_try_at: number;
  readonly held_ms_at_first_try: number;
}

type LoadedRow = ChangeRow & {
  readonly lane_id: number;
  readonly customer_id: string;
  readonly house_task_id: string;
};

const unreadableRetryMs = 600_000;

export async function claim(
  { database, vault, givenNow }: StoreContext,
  { quotas, leaseMs }: ClaimRequest,
): Promise<readonly Claim[]> {
  const endpointIds = quotas.map(({ endpointId }) => endpointId);
  const counts = quotas.map(({ quota }) => quota);
  const { leased, changes, endpoints } = await database.transaction(
    async (transaction) => {
      const rows = await transaction.prepared<LeasedRow>(
        claimSql.lease,
        endpointIds,
        counts,
        givenNow(),
        leaseMs,
      );
      await supersede(transaction, rows);
      return { leased: rows, ...(await load(transaction, vault, rows)) };
    },
    { byIndex: true },
  );
  const claims: Claim[] = [];
  const unreadable: LeasedRow[] = [];
  for (const lane of leased) {
    const endpoint = endpoints.get(lane.endpoint_id);
    const change = changes.get(lane.id);
    if (endpoint === undefined || change === undefined) unreadable.push(lane);
    else claims.push(claimOf(lane, endpoint, change));
  }
  await setAside(database, unreadable, endpoints);
  return claims;
}

interface Loaded {
  readonly changes: ReadonlyMap<number, Change>;
  readonly endpoints: ReadonlyMap<string, StoredEndpoint>;
}

/** What was leased, and the commit of that, in one trip to the server. */
async function load(transaction: Transaction, vault: Vault, leased: readonly LeasedRow[]): Promise<Loaded> {
  if (leased.length === 0) return { changes: new Map(), endpoints: new Map() };
  const endpointIds = [...new Set(leased.map((lane) => lane.endpoint_id))];
  const loading = Promise.all([
    loadChanges(transaction, leased),
    new EndpointBook({ rows: transaction.prepared }, vault).readable(endpointIds),
  ]);
  transaction.commit();
  const [changes, endpoints] = await loading;
  return { changes, endpoints };
}

function claimOf(lane: LeasedRow, endpoint: StoredEndpoint, change: Change): Claim {
  return {
    laneId: lane.id,
    sequence: lane.seq,
    epoch: lane.epoch,
    attempt: lane.attempt,
    // Only what was reopened lies before the head.
    isResend: lane.seq < lane.head,
    firstTryAt: lane.first_try_at,
    heldMs: lane.held_ms - lane.held_ms_at_first_try,
    endpoint: endpointAt(endpoint, lane.now),
    change,
  };
}

/** Records what a newer change overtook. */
async function supersede(session: Session, leased: readonly LeasedRow[]): Promise<void> {
  const moved = leased.filter((lane) => lane.head !== lane.head_before);
  const [first] = moved;
  if (first === undefined) return;
  await session.rows(
    claimSql.supersede,
    moved.map((lane) => lane.id),
    moved.map((lane) => lane.endpoint_id),
    moved.map((lane) => lane.task_id),
    moved.map((lane) => lane.head_before),
    moved.map((lane) => lane.head),
    first.now,
  );
}

async function loadChanges(
  transaction: Transaction,
  leased: readonly LeasedRow[],
): Promise<Map<number, Change>> {
  const rows = await transaction.prepared<LoadedRow>(
    claimSql.changes,
    leased.map((lane) => lane.id),
    leased.map((lane) => lane.task_id),
    leased.map((lane) => lane.seq),
  );
  return new Map(
    rows.map((row) => [
      row.lane_id,
      changeOf(row, { customerId: row.customer_id, houseTaskId: row.house_task_id }),
    ]),
  );
}

/** One row that cannot be read holds up its own lane, not the claim of all others. */
async function setAside(
  session: Session,
  unreadable: readonly LeasedRow[],
  endpoints: ReadonlyMap<string, StoredEndpoint>,
): Promise<void> {
  const [first] = unreadable;
  if (first === undefined) return;
  const details = unreadable.map((lane) =>
    endpoints.has(lane.endpoint_id)
      ? `Change ${lane.seq} does not exist.`
      : 'The keys of the endpoint do not open with this master key.',
  );
  const laneIds = unreadable.map((lane) => lane.id);
  const epochs = unreadable.map((lane) => lane.epoch);
  await session.rows(claimSql.setAside, laneIds, details, first.now, unreadableRetryMs, epochs);
}
