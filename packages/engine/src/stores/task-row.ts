import type { Task } from '../task.ts';

/** A task as either database gives it. */
export interface TaskRow {
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

export function taskOf(row: TaskRow): Task {
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
