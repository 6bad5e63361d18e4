import type { EpochMs } from '../../ports.ts';
import { dayMs, type Retired } from '../../retention.ts';
import { deleteFromRest, dropOldestDay, makeDays } from './attempt-days.ts';
import type { StoreContext } from './context.ts';
import { isDatabaseError, lockNotAvailable } from './database.ts';
import type { Session } from './transaction.ts';

export const retireSql = {
  // Within a transaction, so that nothing is stranded behind a pooler. One worker at a time; the others go on.
  lock: `select pg_try_advisory_xact_lock(hashtext('doorbell.retire')) as mine, doorbell.now_ms($1::bigint) as now`,
  place: 'select next_walk_at, created_at, task_id, seq from doorbell.retirement where id = 1',
  setPlace: `update doorbell.retirement set next_walk_at = $1::bigint, created_at = $2::bigint, task_id = $3::bigint,
    seq = $4::int where id = 1`,
  old: `select c.created_at, c.task_id, c.seq, c.seq < t.last_seq as is_past
    from doorbell.change c join doorbell.task t on t.id = c.task_id
    where (c.created_at, c.task_id, c.seq) > ($1::bigint, $2::bigint, $3::int) and c.created_at < $4::bigint
    order by c.created_at, c.task_id, c.seq limit $5::int`,
  // Skips what is locked: this waits for nobody, so that nobody can wait for it in a circle. The condition is checked
  // on what is locked, not on what was read.
  lockIdle: `select l.id from doorbell.lane l
    where l.task_id = any($1::bigint[]) and l.head_seq > l.tail_seq and l.reopened_seq is null and l.claimed_seq is null
      and not l.parked
    order by l.id for update skip locked`,
  retiring: `select set_config('doorbell_ledger.retiring', 'on', true)`,
  // Of each task only its oldest, without a gap: what is left is dense. An attempt on record, or a result that is
  // younger, holds its change and all later ones.
  delete: `with old as materialized (select * from unnest($1::bigint[], $2::int[]) o (task_id, seq)),
    task as materialized (
      select o.task_id, min(o.seq) as first from old o group by o.task_id
      having not exists (select 1 from doorbell.lane l where l.task_id = o.task_id and l.id <> all($3::bigint[]))
        and not exists (select 1 from doorbell.change c where c.task_id = o.task_id and c.seq < min(o.seq))),
    held as materialized (
      select t.task_id, least(
        (select min(a.seq) from doorbell.lane l join doorbell.attempt a on a.lane_id = l.id
          where l.task_id = t.task_id),
        (select min(x.seq) from doorbell.lane l join doorbell.closed x on x.lane_id = l.id
          where l.task_id = t.task_id and x.closed_at >= $4::bigint)) as from_seq
      from task t),
    gone as (
      delete from doorbell.change c using old o, held h
      where h.task_id = o.task_id and (h.from_seq is null or o.seq < h.from_seq)
        and c.task_id = o.task_id and c.seq = o.seq
      returning c.task_id, c.seq),
    results as (
      delete from doorbell.closed x using gone g, doorbell.lane l
      where l.task_id = g.task_id and x.lane_id = l.id and x.seq = g.seq)
    select count(*) as n from gone`,
  deleteNotices: `with old as materialized (
      select n.id from doorbell.notice n where n.done_at < $1::bigint order by n.done_at limit $2::int)
    delete from doorbell.notice where id = any(array(select id from old)) returning 1 as gone`,
} as const;

interface OldRow {
  readonly created_at: EpochMs;
  readonly task_id: number;
  readonly seq: number;
  /** Not the last of its task: that one stays as long as the task. */
  readonly is_past: boolean;
}

type Place = Omit<OldRow, 'is_past'> & { readonly next_walk_at: EpochMs };

/** What one part looks at: some ten milliseconds. */
const partSize = 500;
/** A day of attempts may be many millions, and each of its lanes is looked at. */
const partTimeoutMs = 600_000;
const nothing: Retired = { attempts: 0, changes: 0, notices: 0, more: false };

/**
 * Each part is a transaction of its own, so that no lock is held for longer than one takes; a kind comes after all of the
 * one before it, because an attempt that is left holds its change.
 */
export async function retire(context: StoreContext, retentionMs: number | null): Promise<Retired> {
  const kinds =
    retentionMs === null ? [makeDaysPart] : [makeDaysPart, dropNotices, dropDay, dropRest, dropChanges];
  let retired = nothing;
  for (const kind of kinds) {
    const part = await alone(context, (session, now) => kind(session, now, now - (retentionMs ?? 0)));
    retired = { ...retired, ...part };
    if (retired.more) break;
  }
  return retired;
}

type Part = (session: Session, now: EpochMs, before: EpochMs) => Promise<Partial<Retired>>;

/** Nothing when another worker is at it, or somebody holds a lock that a partition needs: another turn does it. */
async function alone(
  { database, givenNow }: StoreContext,
  part: (session: Session, now: EpochMs) => Promise<Partial<Retired>>,
): Promise<Partial<Retired>> {
  try {
    return await database.transaction(
      async (session) => {
        const [lock] = await session.rows<{ mine: boolean; now: EpochMs }>(retireSql.lock, givenNow());
        return lock?.mine === true ? part(session, lock.now) : {};
      },
      { statementTimeoutMs: partTimeoutMs },
    );
  } catch (error) {
    if (isDatabaseError(error) && error.code === lockNotAvailable) return {};
    throw error;
  }
}

const makeDaysPart: Part = async (session, now) => {
  await makeDays(session, now);
  return {};
};

const dropDay: Part = async (session, _now, before) => {
  const attempts = await dropOldestDay(session, before);
  return attempts === undefined ? {} : { attempts, more: true };
};

const dropRest: Part = async (session, _now, before) => {
  const attempts = await deleteFromRest(session, before, partSize);
  return { attempts, more: attempts === partSize };
};

const dropChanges: Part = async (session, now, before) => {
  const [place] = await session.rows<Place>(retireSql.place);
  if (place === undefined || now < place.next_walk_at) return {};
  const { created_at: createdAt, task_id: taskId, seq } = place;
  const old = await session.rows<OldRow>(retireSql.old, createdAt, taskId, seq, before, partSize);
  const changes = await deleteChanges(session, old, before);
  const last = old.at(-1);
  const more = old.length === partSize && last !== undefined;
  if (more)
    await session.rows(retireSql.setPlace, place.next_walk_at, last.created_at, last.task_id, last.seq);
  else await session.rows(retireSql.setPlace, now + dayMs, 0, 0, 0);
  return { changes, more };
};

async function deleteChanges(session: Session, old: readonly OldRow[], before: EpochMs): Promise<number> {
  const past = old.filter((row) => row.is_past);
  if (past.length === 0) return 0;
  const taskIds = past.map((row) => row.task_id);
  const lanes = await session.rows<{ id: number }>(retireSql.lockIdle, [...new Set(taskIds)]);
  await session.rows(retireSql.retiring);
  const sequences = past.map((row) => row.seq);
  const laneIds = lanes.map(({ id }) => id);
  const [gone] = await session.rows<{ n: number }>(retireSql.delete, taskIds, sequences, laneIds, before);
  return gone?.n ?? 0;
}

const dropNotices: Part = async (session, _now, before) => {
  const gone = await session.rows<{ gone: number }>(retireSql.deleteNotices, before, partSize);
  return { notices: gone.length, more: gone.length === partSize };
};
