import { type TextField, text } from '../field-rule.ts';
import { defineNotification, type NotificationType } from '../notification-type.ts';

/** Sibling: a package has come to its end and may be downloaded. */
export const packageDownload: NotificationType<{
  state: TextField<false>;
  panoramaPackage: TextField<true>;
  fileHash: TextField<false>;
  houseId: TextField<false>;
  packageId: TextField<false>;
  cityId: TextField<true>;
  notifyId: TextField<false>;
  comments: TextField<true>;
}> = defineNotification('package-download', {
  state: text({ max: 128, pattern: /^(?:Finished|Cancel|Failed)$/ }),
  panoramaPackage: text({ max: 4000, optional: true }),
  // Required, and yet without a value unless the package is a zip file.
  fileHash: text({ min: 0, max: 32 }),
  houseId: text({ max: 64 }),
  packageId: text({ max: 128 }),
  cityId: text({ max: 32, optional: true }),
  notifyId: text({ max: 32 }),
  comments: text({ max: 255, optional: true }),
});
