import { type IntegerField, integer, type TextField, text } from '../field-rule.ts';
import { defineNotification, type NotificationType } from '../notification-type.ts';

/** The notification of the seed: a house task entered a state. */
export const taskStateChange: NotificationType<{
  state: IntegerField<false>;
  houseTaskId: TextField<false>;
  houseId: TextField<false>;
  packageId: TextField<false>;
  userId: TextField<true>;
  userName: TextField<true>;
}> = defineNotification('task-state-change', {
  state: integer({ taskState: true }),
  houseTaskId: text({ max: 32 }),
  houseId: text({ max: 64 }),
  packageId: text({ max: 128 }),
  userId: text({ max: 32, optionalSince: '2021-05' }),
  userName: text({ min: 0, max: 4096, optionalSince: '2021-05' }),
});
