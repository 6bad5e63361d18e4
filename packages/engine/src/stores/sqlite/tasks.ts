import type { Page, PageRequest } from '../../notification.ts';
import type { Task, TaskFilter, TaskHistory } from '../../task.ts';
import { decodeCursor, type Place } from '../cursor.ts';
import { type TaskRow, taskOf } from '../task-row.ts';
import { type ChangeRow, changeOf } from './change-row.ts';
import type { StoreContext } from './context.ts';
import { readPage } from './read-page.ts';
import { createStatesOf } from './states-of.ts';
import { allTime, inOrder, merge, type Source, startOf } from './walk.ts';

const taskOrder = inOrder(['changed_at', 'id', 'last_seq'], 'newest-first', ['changed_at', 'id']);

export const tasksSql: Readonly<
  Record<'all' | 'byState' | 'byHouse' | 'task' | 'byHouseTask' | 'changes', string>
> = {
  // A task is where its last change is: some rows too many to read, but no index to keep at every append.
  all: `select created_at changed_at, task_id id, seq last_seq from change indexed by change_by_time
    where ${inOrder(['created_at', 'task_id', 'seq'], 'newest-first')}`,
  byState: `select changed_at, id, last_seq from task indexed by task_by_state
    where customer_id = ? and state = ? and ${taskOrder}`,
  byHouse: `select changed_at, id, last_seq from task indexed by task_by_house where house_id = ? and ${taskOrder}`,
  task: 'select * from task where id = ?',
  byHouseTask: 'select * from task where house_task_id = ? order by customer_id',
  changes: 'select * from change where task_id = ? order by seq',
};

type TaskPlace = Pick<TaskRow, 'changed_at' | 'id' | 'last_seq'>;

export interface Tasks {
  list(filter: TaskFilter, page: PageRequest): Promise<Page<Task>>;
  find(houseTaskId: string, customerId: string | undefined): readonly TaskHistory[];
}

export function createTasks(context: StoreContext): Tasks {
  const { connection, customers } = context;
  const statesOf = createStatesOf(connection);
  const findTask = connection.prepare<TaskRow>(tasksSql.task);
  const listByHouseTask = connection.prepare<TaskRow>(tasksSql.byHouseTask);
  const listChanges = connection.prepare<ChangeRow>(tasksSql.changes);

  function source(sql: string, ...leading: readonly (string | number)[]): Source<TaskPlace> {
    const statement = connection.prepare<TaskPlace>(sql);
    return ({ createdAt, taskId, sequence }, limit) =>
      statement.all(...leading, createdAt, taskId, sequence, 0, limit);
  }

  function sourcesOf({ customerId, houseId, state }: TaskFilter): readonly Source<TaskPlace>[] {
    if (houseId !== undefined) return [source(tasksSql.byHouse, houseId)];
    if (customerId === undefined && state === undefined) return [source(tasksSql.all)];
    const owners = customerId === undefined ? customers.list().map(({ id }) => id) : [customerId];
    return owners.flatMap((owner) =>
      (state === undefined ? statesOf(owner) : [state]).map((each) => source(tasksSql.byState, owner, each)),
    );
  }

  return {
    async list(filter, page) {
      const start = page.cursor === undefined ? startOf(allTime, 'newest-first') : decodeCursor(page.cursor);
      const rows = merge(sourcesOf(filter), placeOf, start, 'newest-first', 50);
      const findMatching = (row: TaskPlace): Task | undefined => {
        const task = findTask.get(row.id);
        return task !== undefined && task.last_seq === row.last_seq && fits(task, filter)
          ? taskOf(task)
          : undefined;
      };
      return readPage(rows, placeOf, findMatching, page.limit);
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

function placeOf(row: TaskPlace): Place {
  return { createdAt: row.changed_at, taskId: row.id, sequence: row.last_seq, laneId: 0 };
}
