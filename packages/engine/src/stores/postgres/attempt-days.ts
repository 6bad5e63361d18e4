import type { EpochMs } from '../../ports.ts';
import { dayMs } from '../../retention.ts';
import type { Session } from './transaction.ts';

/** A partition of `attempt`: one day of UTC. */
interface AttemptDay {
  readonly table: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** Made so long ahead that a weekend without any worker leaves no gap. */
const daysAhead = 7;
const prefix = 'attempt_d';

/** Its notification waits, or is parked: then all of its attempts stay, however old. */
const waits = `(a.seq >= l.head_seq or exists (
  select 1 from doorbell.reopened r where r.lane_id = l.id and r.seq = a.seq))`;

const attemptDaysSql = {
  // Settlements wait behind whoever waits for these locks, so that is not for long; the next turn tries again.
  limits: `set local lock_timeout = '1s'`,
  list: `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'doorbell.attempt'::regclass and c.relname like '${prefix}%' order by c.relname`,
  // Rows of that day among the rest would make attaching fail: then the day stays among the rest.
  isAmongRest: `select exists (
    select 1 from doorbell.attempt_rest where recorded_at >= $1::bigint and recorded_at < $2::bigint) as found`,
  make: ({ table, from, to }: AttemptDay): string => `
    create table doorbell.${table} (like doorbell.attempt including defaults including constraints);
    alter table doorbell.attempt attach partition doorbell.${table} for values from (${from}) to (${to})`,
  count: ({ table }: AttemptDay): string => `select count(*) as n from doorbell.${table}`,
  // Read before the exclusive lock is taken. Lanes with anything that waits are due or parked, and few. No temporary table,
  // for which a user needs a privilege on the database; nobody sees this one, which is gone before the commit.
  setApart: ({ table }: AttemptDay): string => `create table doorbell.attempt_apart as
    select a.* from doorbell.lane l join doorbell.${table} a on a.lane_id = l.id
    where (l.due_at is not null or l.parked) and ${waits}`,
  drop: ({ table }: AttemptDay): string => `
    alter table doorbell.attempt detach partition doorbell.${table};
    insert into doorbell.attempt select * from doorbell.attempt_apart;
    -- Reopened by a person while this waited for its lock: so few that nobody waits long for them.
    insert into doorbell.attempt select a.* from doorbell.reopened r
      join doorbell.${table} a on a.lane_id = r.lane_id and a.seq = r.seq
      where not exists (select 1 from doorbell.attempt_apart x
        where (x.lane_id, x.seq, x.epoch, x.post) = (a.lane_id, a.seq, a.epoch, a.post));
    drop table doorbell.${table}, doorbell.attempt_apart`,
  countApart: 'select count(*) as n from doorbell.attempt_apart',
  deleteRest: `with old as materialized (
      select a.ctid as place from doorbell.attempt_rest a
      where a.recorded_at < $1::bigint
        and not exists (select 1 from doorbell.lane l where l.id = a.lane_id and ${waits})
      order by a.recorded_at limit $2::int)
    delete from doorbell.attempt_rest where ctid = any(array(select place from old)) returning 1 as gone`,
} as const;

/** Makes the partitions of today and the days ahead that are not there yet. */
export function makeDays(session: Session, now: EpochMs): Promise<void> {
  const today = Math.floor(now / dayMs) * dayMs;
  return makeDaysFrom(
    session,
    Array.from({ length: daysAhead + 1 }, (_, index) => today + index * dayMs),
  );
}

/** Makes the partitions of these days, each by its first millisecond, that are not there yet. */
export async function makeDaysFrom(session: Session, days: readonly EpochMs[]): Promise<void> {
  const present = new Set((await listDays(session)).map(({ table }) => table));
  const missing = days.map(dayFrom).filter(({ table }) => !present.has(table));
  if (missing.length === 0) return;
  await session.rows(attemptDaysSql.limits);
  for (const day of missing) {
    const [rest] = await session.rows<{ found: boolean }>(attemptDaysSql.isAmongRest, day.from, day.to);
    if (rest?.found !== true) await session.rows(attemptDaysSql.make(day));
  }
}

/**
 * Drops the oldest day if all of it is older than `before`, and returns how many attempts went; undefined when there is
 * no such day. Those of notifications that wait go over to the rest.
 */
export async function dropOldestDay(session: Session, before: EpochMs): Promise<number | undefined> {
  const [oldest] = await listDays(session);
  if (oldest === undefined || oldest.to > before) return undefined;
  await session.rows(attemptDaysSql.limits);
  const [all] = await session.rows<{ n: number }>(attemptDaysSql.count(oldest));
  await session.rows(attemptDaysSql.setApart(oldest));
  const [apart] = await session.rows<{ n: number }>(attemptDaysSql.countApart);
  await session.rows(attemptDaysSql.drop(oldest));
  return (all?.n ?? 0) - (apart?.n ?? 0);
}

/** Returns how many of the attempts without a day of their own went, at most `limit`. */
export async function deleteFromRest(session: Session, before: EpochMs, limit: number): Promise<number> {
  const gone = await session.rows<{ gone: number }>(attemptDaysSql.deleteRest, before, limit);
  return gone.length;
}

/** Oldest first. */
async function listDays(session: Session): Promise<readonly AttemptDay[]> {
  const tables = await session.rows<{ name: string }>(attemptDaysSql.list);
  return tables.map(({ name }) => {
    const [year, month, day] = [name.slice(-8, -4), name.slice(-4, -2), name.slice(-2)].map(Number);
    return dayFrom(Date.UTC(year ?? 0, (month ?? 1) - 1, day));
  });
}

function dayFrom(from: EpochMs): AttemptDay {
  const name = new Date(from).toISOString().slice(0, 10).replaceAll('-', '');
  return { table: `${prefix}${name}`, from, to: from + dayMs };
}
