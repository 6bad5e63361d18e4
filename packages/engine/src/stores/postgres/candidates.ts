import { taskStates } from '@doorbell/contract';
import type { NotificationFilter } from '../../notification.ts';
import type { Place } from '../cursor.ts';

export type Direction = 'newest-first' | 'oldest-first';

/** A text and what its $1, $2, ... stand for. */
export interface Query {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

export interface Walk {
  readonly filter: NotificationFilter;
  readonly direction: Direction;
  /** Rows after this one; undefined to start at the end of the span. */
  readonly after: Place | undefined;
  readonly limit: number;
  /**
   * Yields every row of the range with whether it `matches`, where no index holds all that the filter asks for: whoever
   * reads decides how many that do not match are enough.
   */
  readonly unfiltered?: boolean;
}

/** Until some 3,000 years from now, in as many digits as a cursor may have. */
export const timeMax = 99_999_999_999_999;

const notified = taskStates.filter((state) => state.notified).map(({ code }) => code);

/** 0 while it waits; delivered when it is behind the head and nothing else is on record. */
export const resultOf: string = `coalesce(
  (select x.result from doorbell.closed x where x.lane_id = l.id and x.seq = c.seq),
  case when c.seq >= l.head_seq then 0
       when l.reopened_seq is not null
            and exists (select 1 from doorbell.reopened r where r.lane_id = l.id and r.seq = c.seq) then 0
       else 1 end)`;

const plain = ['s.created_at', 's.task_id', 's.seq', 's.lane_id'] as const;
const joined = ['c.created_at', 'c.task_id', 'c.seq', 'l.id'] as const;

/** Collects parameters while a text is put together. */
export class Binder {
  readonly parameters: unknown[] = [];

  bind(value: unknown, type: string): string {
    this.parameters.push(value);
    return `$${this.parameters.length}::${type}`;
  }
}

/**
 * created_at, task_id, seq and lane_id of what matches, in order. Each index range of its own yields at most `limit`
 * rows, whatever its length; the outer sort merges them.
 */
export function candidatesQuery(walk: Walk): Query {
  const binder = new Binder();
  const { filter } = walk;
  const inner = rangeOf(walk, binder);
  const order = walk.direction === 'newest-first' ? 'desc' : 'asc';
  const sorted = ['created_at', 'task_id', 'seq', 'lane_id']
    .map((column) => `m.${column} ${order}`)
    .join(', ');
  const text =
    filter.customerId !== undefined && filter.endpointId !== undefined
      ? `select m.* from (${inner}) m where exists (select 1 from doorbell.endpoint o
          where o.id = ${binder.bind(filter.endpointId, 'text')}
            and o.customer_id = ${binder.bind(filter.customerId, 'text')})`
      : `select m.* from (${inner}) m`;
  return {
    text: `${text} order by ${sorted} limit ${binder.bind(walk.limit, 'int')}`,
    parameters: binder.parameters,
  };
}

function rangeOf(walk: Walk, binder: Binder): string {
  const { houseTaskId, houseId, result, state } = walk.filter;
  if (houseTaskId !== undefined || houseId !== undefined) return byTask(walk, binder);
  if (result === 0 && state !== undefined && walk.limit < pendingLookedThrough) {
    return pendingInState(walk, state, binder);
  }
  if (result !== undefined && result !== 1) return byResult(walk, result, binder);
  return byChange(walk, binder);
}

function byTask({ filter, direction, after, limit }: Walk, binder: Binder): string {
  const task =
    filter.houseTaskId === undefined
      ? `t.house_id = ${binder.bind(filter.houseId, 'text')}`
      : `t.house_task_id = ${binder.bind(filter.houseTaskId, 'text')}`;
  const house = filter.houseId === undefined ? '' : `and c.house_id = ${binder.bind(filter.houseId, 'text')}`;
  const owner =
    filter.customerId === undefined ? '' : `and t.customer_id = ${binder.bind(filter.customerId, 'text')}`;
  return `select c.created_at, c.task_id, c.seq, l.id as lane_id
    from doorbell.task t join doorbell.change c on c.task_id = t.id
      join doorbell.lane l on l.task_id = t.id and l.first_seq <= c.seq
    where ${task} ${owner} ${house} ${matching(filter, binder)}
      and ${inOrder(joined, { filter, direction, after, limit }, binder)}`;
}

function byResult(walk: Walk, result: 0 | 2 | 3 | 4, binder: Binder): string {
  const { filter } = walk;
  const state = filter.state === undefined ? '' : `and s.state = ${binder.bind(filter.state, 'int')}`;
  const from =
    result === 0
      ? 'doorbell.pending s where s.endpoint_id = e.id'
      : `doorbell.closed s where s.result = ${binder.bind(result, 'int')} and s.endpoint_id = e.id`;
  return `select r.* from doorbell.endpoint e cross join lateral (
      select s.created_at, s.task_id, s.seq, s.lane_id from ${from} ${state} and ${inOrder(plain, walk, binder)}) r
    where ${endpointsOf(filter, binder)}`;
}

/** Of what waits, so much is looked through for a state before all changes of that state are: some 10 ms. */
const pendingLookedThrough = 20_000;

/**
 * What waits in one state. No index orders it so, and an endpoint that is down may have a million of other states: where
 * a look at what waits finds too little, all changes of that state are read instead, few when it is rare.
 */
function pendingInState(walk: Walk, state: number, binder: Binder): string {
  const { filter } = walk;
  const code = binder.bind(state, 'int');
  const looked = `from (select s.* from doorbell.pending s where s.endpoint_id = e.id
      and ${inOrder(plain, { ...walk, limit: pendingLookedThrough }, binder)}) s`;
  const wanted = binder.bind(walk.limit, 'int');
  const all = binder.bind(pendingLookedThrough, 'int');
  return `select r.* from doorbell.endpoint e
    cross join lateral (select count(*) < ${all} or count(*) filter (where s.state = ${code}) >= ${wanted} as is_enough ${looked}) k
    cross join lateral (
      (select s.created_at, s.task_id, s.seq, s.lane_id ${looked} where k.is_enough and s.state = ${code} limit ${wanted})
      union all
      (select c.created_at, c.task_id, c.seq, l.id from doorbell.change c
        join doorbell.lane l on l.task_id = c.task_id and l.first_seq <= c.seq and l.endpoint_id = e.id
        where not k.is_enough and c.customer_id = e.customer_id and c.state = ${code} and ${resultOf} = 0
          and ${inOrder(joined, walk, binder)})) r
    where ${endpointsOf(filter, binder)}`;
}

function byChange(walk: Walk, binder: Binder): string {
  const { filter } = walk;
  const from = `doorbell.change c join doorbell.lane l on l.task_id = c.task_id and l.first_seq <= c.seq`;
  const matches =
    walk.unfiltered === true ? `, ${resultOf} = ${binder.bind(filter.result, 'int')} as matches` : '';
  const select = `select c.created_at, c.task_id, c.seq, l.id as lane_id ${matches} from`;
  const meant = walk.unfiltered === true ? { ...filter, result: undefined } : filter;
  const { customerId, endpointId, state } = filter;
  if (customerId === undefined && endpointId === undefined && state === undefined) {
    return `${select} ${from} where true ${matching(meant, binder)} and ${inOrder(joined, walk, binder)}`;
  }
  // Lanes start with their endpoint, so nothing older can be on one.
  const born =
    endpointId === undefined
      ? ''
      : `and c.created_at >= (select b.created_at from doorbell.endpoint b where b.id = ${binder.bind(endpointId, 'text')})`;
  const owners =
    endpointId === undefined
      ? `(select o.id as customer_id from doorbell.customer o
          where ${customerId === undefined ? 'true' : `o.id = ${binder.bind(customerId, 'text')}`})`
      : `(select o.customer_id from doorbell.endpoint o where o.id = ${binder.bind(endpointId, 'text')})`;
  const states = binder.bind(state === undefined ? notified : [state], 'int[]');
  return `select r.* from ${owners} owner cross join unnest(${states}) as of_state (code) cross join lateral (
      ${select} ${from} where c.customer_id = owner.customer_id and c.state = of_state.code
        ${born} ${matching(meant, binder)} and ${inOrder(joined, walk, binder)}) r`;
}

/** What a joined row must be besides its range. */
function matching({ endpointId, state, result }: NotificationFilter, binder: Binder): string {
  const parts: string[] = [];
  if (endpointId !== undefined) parts.push(`and l.endpoint_id = ${binder.bind(endpointId, 'text')}`);
  if (state !== undefined) parts.push(`and c.state = ${binder.bind(state, 'int')}`);
  if (result !== undefined) parts.push(`and ${resultOf} = ${binder.bind(result, 'int')}`);
  return parts.join(' ');
}

/** Whether an index range holds more than what matches, so that reading might not end soon. */
export function isLoose({ houseTaskId, houseId, result }: NotificationFilter): boolean {
  return houseTaskId === undefined && houseId === undefined && result === 1;
}

export function endpointsOf({ endpointId, customerId }: NotificationFilter, binder: Binder): string {
  const parts = ['true'];
  if (endpointId !== undefined) parts.push(`e.id = ${binder.bind(endpointId, 'text')}`);
  if (customerId !== undefined) parts.push(`e.customer_id = ${binder.bind(customerId, 'text')}`);
  return parts.join(' and ');
}

/** Ids start at 1, so 0 comes before all of a time. */
function inOrder(columns: readonly string[], walk: Walk, binder: Binder): string {
  const from = walk.filter.from ?? 0;
  const to = walk.filter.to ?? timeMax;
  const newest = walk.direction === 'newest-first';
  const start = { createdAt: newest ? to : from, taskId: 0, sequence: 0, laneId: 0 };
  const { createdAt, taskId, sequence, laneId } = walk.after ?? start;
  const place = [createdAt, taskId, sequence, laneId].map((number) => binder.bind(number, 'bigint'));
  const [compare, reaches, order] = newest ? ['<', '>=', 'desc'] : ['>', '<', 'asc'];
  // The first three alone are what an index can be searched by when the fourth is another table's.
  return `(${columns.slice(0, 3).join(', ')}) ${compare}= (${place.slice(0, 3).join(', ')})
    and (${columns.join(', ')}) ${compare} (${place.join(', ')})
    and ${columns[0]} ${reaches} ${binder.bind(newest ? from : to, 'bigint')}
    order by ${columns.map((column) => `${column} ${order}`).join(', ')} limit ${binder.bind(walk.limit, 'int')}`;
}
