import type {
  Notification,
  NotificationFilter,
  NotificationPosition,
  Page,
  PageRequest,
} from '../../notification.ts';
import type { EpochMs } from '../../ports.ts';
import { decodeCursor, encodeCursor, type Place } from '../cursor.ts';
import { type LastAttemptRow, lastAttemptOf, type NotificationRow, waitingOf } from '../notification-row.ts';
import { candidatesQuery, type Query, resultOf, type Walk } from './candidates.ts';
import type { StoreContext } from './context.ts';
import { EndpointBook } from './endpoint-book.ts';
import { findPlaces, placeOf } from './find-places.ts';
import type { Session } from './transaction.ts';

/**
 * Attempts lie in a partition for each day they were recorded on, and none is older than its change: of a new one the last
 * days alone are looked through. A day to spare, for a server whose clock was set back.
 */
export const attemptsOf: string =
  'a.lane_id = l.id and a.seq = c.seq and a.recorded_at >= c.created_at - 86400000';

const notificationsSql = {
  shown: (page: string, now: string): string => `with page as materialized (${page})
    select l.id as lane_id, l.endpoint_id, l.head_seq, l.reopened_seq, l.due_at, l.lease_until, l.claimed_seq,
      l.parked::int as parked, t.customer_id, t.house_task_id, c.seq, c.house_id, c.package_id, c.state, c.created_at,
      c.task_id, doorbell.now_ms(${now}::bigint) as now, ${resultOf} as result,
      (select x.closed_at from doorbell.closed x where x.lane_id = l.id and x.seq = c.seq) as closed_at,
      (select count(*) from doorbell.attempt a where ${attemptsOf}) as attempts,
      (select to_json(a) from (
        select a.at, a.reason, a.detail, a.http_status, a.response_state, a.recorded_at from doorbell.attempt a
        where ${attemptsOf} order by a.epoch desc, a.post desc limit 1) a) as last
    from page p join doorbell.lane l on l.id = p.lane_id join doorbell.task t on t.id = p.task_id
      join doorbell.change c on c.task_id = p.task_id and c.seq = p.seq`,
  position: `select c.created_at, c.task_id, c.seq, l.id as lane_id
    from doorbell.lane l join doorbell.change c on c.task_id = l.task_id and c.seq = $2::int and c.seq >= l.first_seq
    where l.id = $1::bigint`,
} as const;

type ShownRow = NotificationRow & {
  readonly task_id: number;
  readonly now: EpochMs;
  readonly last: LastAttemptRow | null;
};

/** A page that finds next to nothing ends here, short, with a cursor to go on from: some 200 ms of reading. */
const rowsPerPageMax = 20_000;

export interface Notifications {
  list(filter: NotificationFilter, page: PageRequest): Promise<Page<Notification>>;
  find(position: NotificationPosition): Promise<Notification | undefined>;
  count(filter: NotificationFilter, countMax: number): Promise<number>;
  /** What matches, without showing it. */
  walk(walk: Walk): Promise<readonly Place[]>;
}

export function createNotifications({ database, vault, givenNow }: StoreContext): Notifications {
  /** Half of the time of a page would go into compiling its plan. */
  const reading = <T>(work: (session: Session) => Promise<T>): Promise<T> =>
    database.transaction(work, { byIndex: true });

  async function show(
    session: Session,
    page: Query,
    order: string,
  ): Promise<readonly (readonly [Place, Notification])[]> {
    const text = notificationsSql.shown(page.text, `$${page.parameters.length + 1}`) + order;
    const rows = await session.rows<ShownRow>(text, ...page.parameters, givenNow());
    if (rows.length === 0) return [];
    const endpointIds = [...new Set(rows.map((row) => row.endpoint_id))];
    const endpoints = await new EndpointBook(session, vault).readable(endpointIds);
    return rows.map((row) => {
      const endpoint = endpoints.get(row.endpoint_id);
      const isPending = row.result === 0;
      const waiting = isPending && endpoint !== undefined ? waitingOf(row, endpoint, row.now, row.now) : null;
      return [placeOf(row), { ...notificationOf(row), waiting }];
    });
  }

  async function list(
    session: Session,
    filter: NotificationFilter,
    { limit, cursor, order: direction = 'newest-first' }: PageRequest,
  ): Promise<Page<Notification>> {
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const found = await findPlaces(session, { filter, direction, after, limit: limit + 1 }, rowsPerPageMax);
    const shown = found.places.slice(0, limit);
    const order = direction === 'newest-first' ? 'desc' : 'asc';
    const columns = ['c.created_at', 'c.task_id', 'c.seq', 'l.id'].map((column) => `${column} ${order}`);
    const notifications =
      shown.length === 0 ? [] : await show(session, positionsQuery(shown), ` order by ${columns.join(', ')}`);
    const items = notifications.map(([, notification]) => notification);
    const next = found.places.length > limit ? shown.at(-1) : found.next;
    return {
      // What was settled or reopened since it was found no longer belongs here.
      items: items.filter(({ result }) => filter.result === undefined || filter.result === result),
      next: next === undefined ? null : encodeCursor(next),
    };
  }

  return {
    list: (filter, page) => reading((session) => list(session, filter, page)),
    async find({ laneId, sequence }) {
      const position = { text: notificationsSql.position, parameters: [laneId, sequence] };
      const [found] = await reading((session) => show(session, position, ''));
      return found?.[1];
    },
    async count(filter, countMax) {
      const query = candidatesQuery({ filter, direction: 'newest-first', after: undefined, limit: countMax });
      const text = `select count(*) as n from (${query.text}) counted`;
      const [row] = await database.rows<{ n: number }>(text, ...query.parameters);
      return row?.n ?? 0;
    },
    walk: async (walk) =>
      (await reading((session) => findPlaces(session, walk, Number.POSITIVE_INFINITY))).places,
  };
}

function positionsQuery(places: readonly Place[]): Query {
  return {
    text: `select * from unnest($1::bigint[], $2::bigint[], $3::int[], $4::bigint[])
      p (created_at, task_id, seq, lane_id)`,
    parameters: [
      places.map(({ createdAt }) => createdAt),
      places.map(({ taskId }) => taskId),
      places.map(({ sequence }) => sequence),
      places.map(({ laneId }) => laneId),
    ],
  };
}

function notificationOf(row: ShownRow): Omit<Notification, 'waiting'> {
  const { last } = row;
  return {
    laneId: row.lane_id,
    sequence: row.seq,
    customerId: row.customer_id,
    endpointId: row.endpoint_id,
    houseTaskId: row.house_task_id,
    houseId: row.house_id,
    packageId: row.package_id,
    state: row.state,
    result: row.result,
    createdAt: row.created_at,
    settledAt: row.result === 0 ? null : (row.closed_at ?? last?.recorded_at ?? null),
    attempts: row.attempts,
    lastAttempt: last === null ? null : lastAttemptOf(last),
  };
}
