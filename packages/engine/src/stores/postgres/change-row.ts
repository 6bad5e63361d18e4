import type { Change } from '../../change.ts';

export interface ChangeRow {
  readonly seq: number;
  readonly state: number;
  readonly transition: Change['transition'];
  readonly house_id: string;
  readonly package_id: string;
  readonly user_id: string;
  readonly user_name: string;
  readonly extra: Change['extra'] | null;
  readonly event_id: string | null;
  readonly created_at: number;
}

export function changeOf(row: ChangeRow, task: Pick<Change, 'customerId' | 'houseTaskId'>): Change {
  return {
    customerId: task.customerId,
    houseTaskId: task.houseTaskId,
    houseId: row.house_id,
    packageId: row.package_id,
    userId: row.user_id,
    userName: row.user_name,
    state: row.state,
    extra: row.extra ?? {},
    eventId: row.event_id,
    sequence: row.seq,
    transition: row.transition,
    createdAt: row.created_at,
  };
}
