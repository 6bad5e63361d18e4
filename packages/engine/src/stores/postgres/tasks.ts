import { taskStates } from '@doorbell/contract';
import type { Page, PageRequest } from '../../notification.ts';
import type { Task, TaskFilter, TaskHistory } from '../../task.ts';
import { decodeCursor, encodeCursor, type Place } from '../cursor.ts';
import { type TaskRow, taskOf } from '../task-row.ts';
import { Binder, type Query, timeMax } from './candidates.ts';
import { type ChangeRow, changeOf } from './change-row.ts';
import type { StoreContext } from './context.ts';

const tasksSql = {
  byHouseTask: `select * from doorbell.task where house_task_id = $1 and ($2::text is null or customer_id = $2)
    order by customer_id`,
  changes: 'select * from doorbell.change where task_id = any($1::bigint[]) order by task_id, seq',
} as const;

const notified = taskStates.filter((state) => state.notified).map(({ code }) => code);

export async function listTasks(
  { database }: StoreContext,
  filter: TaskFilter,
  { limit, cursor }: PageRequest,
): Promise<Page<Task>> {
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  const query = listQuery(filter, after, limit + 1);
  const rows = await database.rows<TaskRow>(query.text, ...query.parameters);
  const end = rows[limit - 1];
  const next = rows.length > limit && end !== undefined ? encodeCursor(placeOf(end)) : null;
  return { items: rows.slice(0, limit).map(taskOf), next };
}

export async function findTasks(
  { database }: StoreContext,
  houseTaskId: string,
  customerId: string | undefined,
): Promise<readonly TaskHistory[]> {
  const rows = await database.rows<TaskRow>(tasksSql.byHouseTask, houseTaskId, customerId ?? null);
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const changes = await database.rows<ChangeRow & { task_id: number }>(tasksSql.changes, ids);
  return rows.map((row) => {
    const task = taskOf(row);
    const own = changes.filter((change) => change.task_id === row.id);
    return { ...task, changes: own.map((change) => changeOf(change, task)) };
  });
}

function listQuery(
  { customerId, houseId, state }: TaskFilter,
  after: Place | undefined,
  limit: number,
): Query {
  const binder = new Binder();
  const place = after ?? { createdAt: timeMax, taskId: 0, sequence: 0 };
  const where: string[] = [];
  const before = (time: string, id: string): string =>
    `(${time}, ${id}) < (${binder.bind(place.createdAt, 'bigint')}, ${binder.bind(place.taskId, 'bigint')})`;
  const limited = binder.bind(limit, 'int');
  const tail = `order by t.changed_at desc, t.id desc limit ${limited}`;
  if (houseId !== undefined) {
    where.push(`t.house_id = ${binder.bind(houseId, 'text')}`);
    if (customerId !== undefined) where.push(`t.customer_id = ${binder.bind(customerId, 'text')}`);
    if (state !== undefined) where.push(`t.state = ${binder.bind(state, 'int')}`);
    where.push(before('t.changed_at', 't.id'));
    return {
      text: `select t.* from doorbell.task t where ${where.join(' and ')} ${tail}`,
      parameters: binder.parameters,
    };
  }
  if (customerId === undefined && state === undefined) {
    // A task is where its last change is: some rows too many to read, but no index to keep at every append.
    const text = `select t.* from doorbell.change c join doorbell.task t on t.id = c.task_id and t.last_seq = c.seq
      where ${before('c.created_at', 'c.task_id')} order by c.created_at desc, c.task_id desc
      limit ${limited}`;
    return { text, parameters: binder.parameters };
  }
  const owners = customerId === undefined ? 'true' : `o.id = ${binder.bind(customerId, 'text')}`;
  const states = binder.bind(state === undefined ? notified : [state], 'int[]');
  const text = `select t.* from doorbell.customer o cross join unnest(${states}) as of_state (code) cross join lateral (
      select t.* from doorbell.task t where t.customer_id = o.id and t.state = of_state.code
        and ${before('t.changed_at', 't.id')} ${tail}) t
    where ${owners} ${tail}`;
  return { text, parameters: binder.parameters };
}

function placeOf(row: TaskRow): Place {
  return { createdAt: row.changed_at, taskId: row.id, sequence: row.last_seq, laneId: 0 };
}
