import { type IntegerField, integer, type TextField, text } from '../field-rule.ts';
import { defineNotification, type NotificationType } from '../notification-type.ts';

/** Sibling: a notification could not be delivered. */
export const deliveryFailed: NotificationType<{
  notifyId: TextField<false>;
  notifyConfigId: TextField<false>;
  notifyType: TextField<false>;
  notifyResult: IntegerField<false>;
  param: TextField<true>;
  response: TextField<true>;
  cityId: TextField<true>;
  packageId: TextField<false>;
  houseId: TextField<true>;
  state: IntegerField<true>;
}> = defineNotification('delivery-failed', {
  notifyId: text({ max: 32 }),
  notifyConfigId: text({ max: 32 }),
  notifyType: text({ max: 32 }),
  notifyResult: integer({ oneOf: [0, 1, 2, 3] }),
  // The parameters of the failed request; the published limit of 22 characters cannot hold any.
  param: text({ max: 4096, optional: true }),
  response: text({ max: 1024, optional: true }),
  cityId: text({ max: 32, optional: true }),
  packageId: text({ max: 128 }),
  houseId: text({ max: 64, optional: true }),
  state: integer({ taskState: true, optional: true }),
});
