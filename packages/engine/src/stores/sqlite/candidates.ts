import type { NotificationFilter } from '../../notification.ts';
import type { Place } from '../cursor.ts';
import type { StoredEndpoint } from '../endpoint-row.ts';
import type { Connection } from './connection.ts';
import type { StoreContext } from './context.ts';
import { createStatesOf } from './states-of.ts';
import { type Direction, inOrder, type Source, type Span } from './walk.ts';

/** A notification that may match a filter: enough to tell, and to find the rest. */
export interface Candidate {
  readonly created_at: number;
  readonly task_id: number;
  readonly seq: number;
  readonly lane_id: number;
  readonly state: number;
  readonly result: number;
}

/** 0 while it waits; delivered when it is behind the head and nothing else is on record. */
export const resultOf: string = `coalesce(
  (select x.result from closed x where x.lane_id = l.id and x.seq = c.seq),
  case when c.seq >= l.head_seq then 0
       when l.reopened_seq is not null
            and exists (select 1 from reopened r where r.lane_id = l.id and r.seq = c.seq) then 0
       else 1 end)`;

const plainOrder = ['created_at', 'task_id', 'seq', 'lane_id'] as const;
const joinedOrder = ['c.created_at', 'c.task_id', 'c.seq', 'l.id'] as const;
const joined = `select c.created_at, c.task_id, c.seq, l.id lane_id, c.state, ${resultOf} result`;
const onLane = 'cross join lane l on l.task_id = c.task_id and l.first_seq <= c.seq';

/** One statement for each index that leads to notifications. Named by their leading parameters. */
export const candidatesSql = {
  pending: (direction: Direction): string => `select created_at, task_id, seq, lane_id, state, 0 result
    from pending where endpoint_id = ? and ${inOrder(plainOrder, direction)}`,
  // Its state and how many of it, after the parameters of `pending`, whose limit is how far it looks.
  pendingInState: (direction: Direction): string =>
    `select * from (${candidatesSql.pending(direction)}) where state = ? limit ?`,
  countPending: (direction: Direction): string =>
    `select count(*) n from (${candidatesSql.pending(direction)})`,
  closed: (direction: Direction): string => `select created_at, task_id, seq, lane_id, state, result
    from closed indexed by closed_by_result where result = ? and endpoint_id = ? and ${inOrder(plainOrder, direction)}`,
  closedInState: (direction: Direction): string => `select created_at, task_id, seq, lane_id, state, result
    from closed indexed by closed_by_state where result = ? and endpoint_id = ? and state = ?
      and ${inOrder(plainOrder, direction)}`,
  all: (direction: Direction): string => `${joined} from change c indexed by change_by_time ${onLane}
    where ${inOrder(joinedOrder, direction)}`,
  byState: (direction: Direction): string => `${joined} from change c indexed by change_by_state ${onLane}
    where c.customer_id = ? and c.state = ? and ${inOrder(joinedOrder, direction)}`,
  byEndpointState: (
    direction: Direction,
  ): string => `${joined} from change c indexed by change_by_state ${onLane}
      and l.endpoint_id = ?
    where c.customer_id = ? and c.state = ? and ${inOrder(joinedOrder, direction)}`,
  // Time does not go back within a task, so its changes are in order by their sequence; from the given one on.
  byTask: (direction: Direction): string => `${joined} from change c ${onLane}
    where c.task_id = ? and c.seq ${direction === 'newest-first' ? '<=' : '>='} ?
      and ${inOrder(joinedOrder, direction, ['c.seq', 'l.id'])}`,
  tasksByHouseTask: 'select id, customer_id from task where house_task_id = ?',
  tasksByHouse: 'select id, customer_id from task where house_id = ?',
} as const;

/** Of what waits, so much is looked through for a state before all changes of that state are: some 5 ms. */
const pendingLookedThrough = 20_000;

interface TaskId {
  readonly id: number;
  readonly customer_id: string;
}

/** The endpoints that a filter leaves. */
export function createScope({
  endpoints,
}: StoreContext): (filter: NotificationFilter) => readonly StoredEndpoint[] {
  return ({ endpointId, customerId }) => {
    if (endpointId === undefined) {
      return customerId === undefined ? endpoints.list() : endpoints.listOf(customerId);
    }
    const endpoint = endpoints.find(endpointId);
    const fits = customerId === undefined || customerId === endpoint?.customerId;
    return endpoint !== undefined && fits ? [endpoint] : [];
  };
}

/** Which index ranges together hold everything that matches; what they hold too much, `matches` drops. */
export function createCandidateSources(
  context: StoreContext,
): (filter: NotificationFilter, span: Span, direction: Direction) => readonly Source<Candidate>[] {
  const { connection, customers } = context;
  const scopeOf = createScope(context);
  const statesOf = createStatesOf(connection);
  const listByHouseTask = connection.prepare<TaskId>(candidatesSql.tasksByHouseTask);
  const listByHouse = connection.prepare<TaskId>(candidatesSql.tasksByHouse);

  function tasksOf(filter: NotificationFilter): readonly number[] {
    const tasks =
      filter.houseTaskId === undefined
        ? listByHouse.all(filter.houseId ?? null)
        : listByHouseTask.all(filter.houseTaskId);
    const { customerId } = filter;
    return tasks
      .filter((task) => customerId === undefined || task.customer_id === customerId)
      .map(({ id }) => id);
  }

  function rangesByState(filter: NotificationFilter): readonly (readonly [string, number])[] {
    const { customerId, state } = filter;
    const owners = customerId === undefined ? customers.list().map(({ id }) => id) : [customerId];
    return owners.flatMap((owner) => {
      const states = state === undefined ? statesOf(owner) : [state];
      return states.map((each) => [owner, each] as const);
    });
  }

  return (filter, span, direction) => {
    const scope = scopeOf(filter);
    const farEnd = direction === 'newest-first' ? span.from : span.to;
    const { source, taskSource, pendingInState } = rangeSources(connection, farEnd, direction);
    const { result, endpointId, state } = filter;
    if (scope.length === 0) return [];
    if (filter.houseTaskId !== undefined || filter.houseId !== undefined) {
      return tasksOf(filter).map(taskSource);
    }
    if (result === 0) {
      return scope.map((endpoint) =>
        state === undefined ? source(candidatesSql.pending, endpoint.id) : pendingInState(endpoint, state),
      );
    }
    if (result !== undefined && result !== 1) {
      return scope.map(({ id }) =>
        state === undefined
          ? source(candidatesSql.closed, result, id)
          : source(candidatesSql.closedInState, result, id, state),
      );
    }
    if (endpointId !== undefined) {
      const customerId = scope[0]?.customerId;
      return rangesByState({ ...filter, customerId }).map(([owner, state]) =>
        source(candidatesSql.byEndpointState, endpointId, owner, state),
      );
    }
    if (filter.customerId === undefined && filter.state === undefined) return [source(candidatesSql.all)];
    return rangesByState(filter).map(([owner, state]) => source(candidatesSql.byState, owner, state));
  };
}

interface RangeSources {
  source(sql: (direction: Direction) => string, ...leading: readonly (string | number)[]): Source<Candidate>;
  taskSource(taskId: number): Source<Candidate>;
  pendingInState(endpoint: StoredEndpoint, state: number): Source<Candidate>;
}

function rangeSources(connection: Connection, farEnd: number, direction: Direction): RangeSources {
  const source =
    (sql: (direction: Direction) => string, ...leading: readonly (string | number)[]): Source<Candidate> =>
    ({ createdAt, taskId, sequence, laneId }, limit) =>
      connection
        .prepare<Candidate>(sql(direction))
        .all(...leading, createdAt, taskId, sequence, laneId, farEnd, limit);

  /** Continues where the last page of this task ended, instead of reading up to there again. */
  const taskSource =
    (taskId: number): Source<Candidate> =>
    (place, limit) => {
      const first = direction === 'newest-first' ? Number.MAX_SAFE_INTEGER : 0;
      const sequence = place.taskId === taskId ? place.sequence : first;
      return source(candidatesSql.byTask, taskId, sequence)(place, limit);
    };

  /**
   * What waits in one state. No index orders it so, and an endpoint that is down may have a million of other states:
   * where a look at what waits finds too little, all changes of that state are read instead, few when it is rare.
   */
  const pendingInState =
    ({ id, customerId }: StoredEndpoint, state: number): Source<Candidate> =>
    (place, limit) => {
      const { createdAt, taskId, sequence, laneId } = place;
      const looked = [id, createdAt, taskId, sequence, laneId, farEnd, pendingLookedThrough];
      const found = connection
        .prepare<Candidate>(candidatesSql.pendingInState(direction))
        .all(...looked, state, limit);
      if (found.length === limit) return found;
      const count = connection.prepare<{ n: number }>(candidatesSql.countPending(direction)).get(...looked);
      const isAll = count === undefined || count.n < pendingLookedThrough;
      return isAll ? found : source(candidatesSql.byEndpointState, id, customerId, state)(place, limit);
    };

  return { source, taskSource, pendingInState };
}

export function placeOfCandidate(row: Candidate): Place {
  return { createdAt: row.created_at, taskId: row.task_id, sequence: row.seq, laneId: row.lane_id };
}
