import { findTaskState } from '@doorbell/contract';
import type { Change, Task } from '@doorbell/engine';
import { type Static, Type } from 'typebox';
import { customerId, houseId, houseTaskId, packageId } from './id.ts';
import { nullable } from './nullable.ts';
import { state } from './state-change.ts';
import { showTime, time } from './time.ts';

const taskFields = {
  customerId,
  houseTaskId,
  houseId,
  packageId,
  userId: Type.String(),
  userName: Type.String(),
  state,
  stateName: Type.String({ description: 'In English.' }),
  lastSequence: Type.Integer(),
  changedAt: time,
};

export const houseTask = Type.Object(taskFields, { title: 'HouseTask' });

const change = Type.Object({
  sequence: Type.Integer(),
  state,
  stateName: Type.String(),
  transition: Type.Enum(['first', 'legal', 'illegal']),
  houseId,
  packageId,
  userId: Type.String(),
  userName: Type.String(),
  extra: Type.Unsafe<Readonly<Record<string, string>>>({
    type: 'object',
    additionalProperties: { type: 'string' },
  }),
  eventId: nullable(Type.String()),
  createdAt: time,
});

export const houseTaskHistory = Type.Object(
  {
    ...taskFields,
    changes: Type.Array(change, {
      description: 'Oldest first, without gaps. The first ones are retired in time; the last one stays.',
    }),
  },
  { title: 'HouseTaskHistory' },
);

export function showTask(task: Task): Static<typeof houseTask> {
  return {
    customerId: task.customerId,
    houseTaskId: task.houseTaskId,
    houseId: task.houseId,
    packageId: task.packageId,
    userId: task.userId,
    userName: task.userName,
    state: task.state,
    stateName: stateName(task.state),
    lastSequence: task.lastSequence,
    changedAt: showTime(task.changedAt),
  };
}

export function showChange(stored: Change): Static<typeof change> {
  return {
    sequence: stored.sequence,
    state: stored.state,
    stateName: stateName(stored.state),
    transition: stored.transition,
    houseId: stored.houseId,
    packageId: stored.packageId,
    userId: stored.userId,
    userName: stored.userName,
    extra: stored.extra,
    eventId: stored.eventId,
    createdAt: showTime(stored.createdAt),
  };
}

function stateName(code: number): string {
  return findTaskState(code)?.en ?? String(code);
}
