import { isLegalTransition } from '@doorbell/contract';
import { type Appended, AppendRefused, type Change, type NewChange } from '../../change.ts';
import type { EpochMs } from '../../ports.ts';
import type { Statement } from './connection.ts';
import type { StoreContext } from './context.ts';
import { extraText } from './extra.ts';

export const appendSql = {
  task: 'select id, state, last_seq, house_id from task where house_task_id = ? and customer_id = ?',
  repeat: `select seq, state, transition, house_id, package_id, user_id, user_name, extra, created_at
    from change where task_id = ? and event_id = ?`,
  endpoints: 'select count(*) n from lane where task_id = ? and first_seq <= ?',
  insertTask: `insert into task (customer_id, house_task_id, house_id, package_id, user_id, user_name, state,
    last_seq, changed_at) values (?, ?, ?, ?, ?, ?, ?, 1, ?)`,
  updateTask: `update task set package_id = ?2, user_id = ?3, user_name = ?4, state = ?5, last_seq = ?6,
    changed_at = ?7 where id = ?1`,
  // On its own because it touches an index, and the house of a task hardly ever changes.
  updateTaskHouse: 'update task set house_id = ?2 where id = ?1',
  insertChange: `insert into change (task_id, seq, customer_id, state, transition, house_id, package_id, user_id,
    user_name, extra, event_id, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  lanes: 'select id, endpoint_id, due_at, parked from lane where task_id = ?',
  insertLane: `insert into lane (endpoint_id, task_id, first_seq, head_seq, tail_seq, due_at)
    values (?1, ?2, ?3, ?3, ?3, ?4)`,
  moveTail: 'update lane set tail_seq = ?2 where id = ?1',
  moveTailAndWake: 'update lane set tail_seq = ?2, due_at = ?3 where id = ?1',
  insertPending: `insert into pending (endpoint_id, created_at, task_id, seq, lane_id, state)
    values (?, ?, ?, ?, ?, ?)`,
} as const;

interface TaskRow {
  readonly id: number;
  readonly state: number;
  readonly last_seq: number;
  readonly house_id: string;
}

interface LaneRow {
  readonly id: number;
  readonly endpoint_id: string;
  readonly due_at: number | null;
  readonly parked: number;
}

interface RepeatRow {
  readonly seq: number;
  readonly state: number;
  readonly transition: Change['transition'];
  readonly house_id: string;
  readonly package_id: string;
  readonly user_id: string;
  readonly user_name: string;
  readonly extra: string | null;
  readonly created_at: number;
}

export class AppendVerb {
  readonly #context: StoreContext;
  readonly #findTask: Statement<TaskRow>;
  readonly #findRepeat: Statement<RepeatRow>;
  readonly #countEndpoints: Statement<{ n: number }>;
  readonly #insertTask: Statement<never>;
  readonly #updateTask: Statement<never>;
  readonly #updateTaskHouse: Statement<never>;
  readonly #insertChange: Statement<never>;
  readonly #listLanes: Statement<LaneRow>;
  readonly #insertLane: Statement<never>;
  readonly #moveTail: Statement<never>;
  readonly #moveTailAndWake: Statement<never>;
  readonly #insertPending: Statement<never>;

  constructor(context: StoreContext) {
    const { connection } = context;
    this.#context = context;
    this.#findTask = connection.prepare(appendSql.task);
    this.#findRepeat = connection.prepare(appendSql.repeat);
    this.#countEndpoints = connection.prepare(appendSql.endpoints);
    this.#insertTask = connection.prepare(appendSql.insertTask);
    this.#updateTask = connection.prepare(appendSql.updateTask);
    this.#updateTaskHouse = connection.prepare(appendSql.updateTaskHouse);
    this.#insertChange = connection.prepare(appendSql.insertChange);
    this.#listLanes = connection.prepare(appendSql.lanes);
    this.#insertLane = connection.prepare(appendSql.insertLane);
    this.#moveTail = connection.prepare(appendSql.moveTail);
    this.#moveTailAndWake = connection.prepare(appendSql.moveTailAndWake);
    this.#insertPending = connection.prepare(appendSql.insertPending);
  }

  append(changes: readonly NewChange[]): readonly Appended[] {
    const now = this.#context.now();
    return changes.map((change, index) => this.#appendOne(change, index, now));
  }

  #appendOne(change: NewChange, index: number, now: EpochMs): Appended {
    const customer = this.#context.customers.find(change.customerId);
    if (customer === undefined) {
      throw new AppendRefused('unknown-customer', index, `There is no customer ${quote(change.customerId)}.`);
    }
    const task = this.#findTask.get(change.houseTaskId, change.customerId);
    if (task !== undefined && change.eventId !== null) {
      const repeat = this.#findRepeat.get(task.id, change.eventId);
      if (repeat !== undefined) return this.#answerRepeat(change, index, task, repeat);
    }
    const transition = transitionOf(task, change);
    if (transition === 'illegal' && customer.onIllegalTransition === 'refuse') {
      throw new AppendRefused(
        'illegal-transition',
        index,
        `Task ${quote(change.houseTaskId)} is in state ${task?.state}; the contract knows no step from there to ${change.state}.`,
      );
    }
    return this.#record(change, task, transition, now);
  }

  #record(
    change: NewChange,
    task: TaskRow | undefined,
    transition: Change['transition'],
    now: EpochMs,
  ): Appended {
    const { taskId, sequence } = this.#writeTask(task, change, now);
    this.#insertChange.run(
      taskId,
      sequence,
      change.customerId,
      change.state,
      transition,
      change.houseId,
      change.packageId,
      change.userId,
      change.userName,
      extraText(change.extra),
      change.eventId,
      now,
    );
    const endpoints = this.#context.endpoints.listOf(change.customerId);
    const lanes = sequence === 1 ? [] : this.#listLanes.all(taskId);
    for (const { id } of endpoints) {
      const lane = lanes.find((each) => each.endpoint_id === id);
      const laneId = lane?.id ?? this.#insertLane.insert(id, taskId, sequence, now);
      if (lane !== undefined) this.#moveLane(lane, sequence, now);
      this.#insertPending.run(id, now, taskId, sequence, laneId, change.state);
    }
    return appended(change, { sequence, transition, createdAt: now, endpoints: endpoints.length });
  }

  #writeTask(task: TaskRow | undefined, change: NewChange, now: EpochMs): TaskPosition {
    const { customerId, houseTaskId, houseId, packageId, userId, userName, state } = change;
    if (task === undefined) {
      const taskId = this.#insertTask.insert(
        customerId,
        houseTaskId,
        houseId,
        packageId,
        userId,
        userName,
        state,
        now,
      );
      return { taskId, sequence: 1 };
    }
    const sequence = task.last_seq + 1;
    this.#updateTask.run(task.id, packageId, userId, userName, state, sequence, now);
    if (task.house_id !== houseId) this.#updateTaskHouse.run(task.id, houseId);
    return { taskId: task.id, sequence };
  }

  /** A parked lane stays parked; one that is out, or waits for its retry, keeps its time. */
  #moveLane(lane: LaneRow, sequence: number, now: EpochMs): void {
    if (lane.due_at === null && lane.parked === 0) this.#moveTailAndWake.run(lane.id, sequence, now);
    else this.#moveTail.run(lane.id, sequence);
  }

  #answerRepeat(change: NewChange, index: number, task: TaskRow, repeat: RepeatRow): Appended {
    if (!isSame(change, repeat)) {
      throw new AppendRefused(
        'event-id-reused',
        index,
        `Event ${quote(change.eventId ?? '')} of task ${quote(change.houseTaskId)} is change ${repeat.seq}, with other contents.`,
      );
    }
    return appended(change, {
      sequence: repeat.seq,
      transition: repeat.transition,
      createdAt: repeat.created_at,
      // Lanes made since start after this change, so this counts those of the first time.
      endpoints: this.#countEndpoints.get(task.id, repeat.seq)?.n ?? 0,
    });
  }
}

interface TaskPosition {
  readonly taskId: number;
  readonly sequence: number;
}

function transitionOf(task: TaskRow | undefined, change: NewChange): Change['transition'] {
  if (task === undefined) return 'first';
  return isLegalTransition(task.state, change.state) ? 'legal' : 'illegal';
}

function isSame(change: NewChange, repeat: RepeatRow): boolean {
  return (
    change.state === repeat.state &&
    change.houseId === repeat.house_id &&
    change.packageId === repeat.package_id &&
    change.userId === repeat.user_id &&
    change.userName === repeat.user_name &&
    extraText(change.extra) === repeat.extra
  );
}

function appended(
  change: NewChange,
  recorded: Pick<Appended, 'sequence' | 'transition' | 'createdAt' | 'endpoints'>,
): Appended {
  return {
    customerId: change.customerId,
    houseTaskId: change.houseTaskId,
    state: change.state,
    ...recorded,
  };
}

function quote(text: string): string {
  return JSON.stringify(text);
}
