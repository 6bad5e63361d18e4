import { checkValues, listSent, type SendOptions } from './check-values.ts';
import type { FormFields } from './form.ts';
import type { NotificationType, ValuesOf } from './notification-type.ts';

/**
 * The form fields of a notification, in declared order and the extra parameters after them. Throws RangeError
 * with every fault that `checkValues` finds.
 */
export function toFields<Type extends NotificationType>(
  type: Type,
  values: ValuesOf<Type>,
  options: SendOptions = {},
): FormFields {
  const given = values as Readonly<Record<string, unknown>>;
  const faults = checkValues(type, given, options);
  if (faults.length > 0) throw new RangeError(faults.map((fault) => fault.detail).join(' '));
  return new Map(listSent(type, given, options));
}
