import { type IntegerField, integer, type TextField, text } from '../field-rule.ts';
import { defineNotification, type NotificationType } from '../notification-type.ts';

/** Sibling: the result of a push to 房天下. Its success is HTTP 200 alone; there is no envelope. */
export const fangPush: NotificationType<{
  houseId: TextField<true>;
  houseType: TextField<true>;
  packageId: TextField<false>;
  status: IntegerField<false>;
  payload: TextField<false>;
}> = defineNotification('fang-push', {
  houseId: text({ max: 64, optional: true }),
  houseType: text({ max: 32, optional: true }),
  packageId: text({ max: 128 }),
  status: integer({ oneOf: [1, 2, 3] }),
  payload: text({ min: 0, max: 4096 }),
});
