import type { Page, PageRequest } from '../../notification.ts';
import type { Task, TaskFilter, TaskHistory } from '../../task.ts';
import { type ChangeRow, changeOf } from './change-row.ts';
import type { StoreContext } from './context.ts';
import { decodeCursor, encodeCursor, type Place } from './cursor.ts';
import { createStatesOf } from './states-of.ts';
import { inOrder, merge, type Source, startOf, turn } from './walk.ts';

const order = inOrder(['c.created_at', 'c.task_id', 'c.seq'], 'newest-first');
const whereItChangedLast = 'cross join task t on t.id = c.task_id and t.last_seq = c.seq';

export const tasksSql: Readonly<Record<'all' | 'byState' | 'byHouse' | 'byHouseTask' | 'changes', string>> = {
  // A task is listed where its last change is, so there is no index of times to keep for it.
  all: `select t.* from change c indexed by change_by_time ${whereItChangedLast} where ${order}`,
  byState: `select t.* from change c indexed by change_by_state ${whereItChangedLast}
    where c.customer_id = ? and c.state = ? and ${order}`,
  byHouse: `select t.* from task t cross join change c on c.task_id = t.id and c.seq = t.last_seq
    where t.house_id = ? and ${order}`,
  byHouseTask: 'select * from task where house_task_id = ? order by customer_id',
  changes: 'select * from change where task_id = ? order by seq',
};

interface TaskRow {
  readonly id: number;
  readonly customer_id: string;
  readonly house_task_id: string;
  readonly house_id: string;
  readonly package_id: string;
  readonly user_id: string;
  readonly user_name: string;
  readonly state: number;
  readonly last_seq: number;
  readonly changed_at: number;
}

export interface Tasks {
  list(filter: TaskFilter, page: PageRequest): Promise<Page<Task>>;
  find(houseTaskId: string, customerId: string | undefined): readonly TaskHistory[];
}

const rowsPerTurn = 1_000;
/** Later than any time that a change can have. */
const endOfTime = 99_999_999_999_999;

export function createTasks(context: StoreContext): Tasks {
  const { connection, customers } = context;
  const statesOf = createStatesOf(connection);
  const listByHouseTask = connection.prepare<TaskRow>(tasksSql.byHouseTask);
  const listChanges = connection.prepare<ChangeRow>(tasksSql.changes);

  function source(sql: string, ...leading: readonly (string | number)[]): Source<TaskRow> {
    const statement = connection.prepare<TaskRow>(sql);
    return ({ createdAt, taskId, sequence }, limit) =>
      statement.all(...leading, createdAt, taskId, sequence, 0, limit);
  }

  function sourcesOf({ customerId, houseId, state }: TaskFilter): readonly Source<TaskRow>[] {
    if (houseId !== undefined) return [source(tasksSql.byHouse, houseId)];
    if (customerId === undefined && state === undefined) return [source(tasksSql.all)];
    const owners = customerId === undefined ? customers.list().map(({ id }) => id) : [customerId];
    return owners.flatMap((owner) =>
      (state === undefined ? statesOf(owner) : [state]).map((each) => source(tasksSql.byState, owner, each)),
    );
  }

  return {
    async list(filter, page) {
      const items: Task[] = [];
      const start =
        page.cursor === undefined
          ? startOf({ from: 0, to: endOfTime }, 'newest-first')
          : decodeCursor(page.cursor);
      let last = start;
      let rows = 0;
      for (const row of merge(sourcesOf(filter), placeOf, start, 'newest-first', 50)) {
        rows += 1;
        if (rows % rowsPerTurn === 0) await turn();
        if (!fits(row, filter)) continue;
        if (items.length >= page.limit) return { items, next: encodeCursor(last) };
        items.push(taskOf(row));
        last = placeOf(row);
      }
      return { items, next: null };
    },
    find: (houseTaskId, customerId) =>
      listByHouseTask
        .all(houseTaskId)
        .filter((row) => customerId === undefined || row.customer_id === customerId)
        .map((row) => {
          const task = taskOf(row);
          return { ...task, changes: listChanges.all(row.id).map((change) => changeOf(change, task)) };
        }),
  };
}

function fits(row: TaskRow, filter: TaskFilter): boolean {
  return (
    (filter.customerId === undefined || filter.customerId === row.customer_id) &&
    (filter.state === undefined || filter.state === row.state)
  );
}

function placeOf(row: TaskRow): Place {
  return { createdAt: row.changed_at, taskId: row.id, sequence: row.last_seq, laneId: 0 };
}

function taskOf(row: TaskRow): Task {
  return {
    customerId: row.customer_id,
    houseTaskId: row.house_task_id,
    houseId: row.house_id,
    packageId: row.package_id,
    userId: row.user_id,
    userName: row.user_name,
    state: row.state,
    lastSequence: row.last_seq,
    changedAt: row.changed_at,
  };
}
