import { checkInteger, checkText } from './check-field.ts';
import { type Revision, type TextField, text } from './field-rule.ts';
import { encodeForm, formLimits } from './form.ts';
import { type Field, isOptionalIn, type NotificationType } from './notification-type.ts';
import { quote } from './quote.ts';
import type { Fault } from './reason-codes.ts';

/** How values are sent. */
export interface SendOptions {
  /** By default `seed`. */
  readonly revision?: Revision;
  /** Parameters agreed with the customer beyond the contract; sent after the fields, and signed like them. */
  readonly extra?: Readonly<Record<string, string>>;
}

/**
 * Every fault of these values, each naming its field; none when they can be sent. Values that are not
 * declared, and extra parameters with a bad name or value, are faults too.
 */
export function checkValues(
  type: NotificationType,
  values: Readonly<Record<string, unknown>>,
  options: SendOptions = {},
): readonly Fault[] {
  const revision = options.revision ?? 'seed';
  const faults: Fault[] = [];
  for (const name of Object.keys(type.fields)) {
    const field = type.fields[name] as Field;
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value !== undefined) {
      const found =
        field.kind === 'integer' ? checkInteger(name, field, value) : checkText(name, field, value);
      if (found.length > 0) faults.push(...found);
    } else if (!isOptionalIn(field, revision)) {
      faults.push({ code: 'field-missing', field: name, detail: `${name} is missing.` });
    }
  }
  for (const name of Object.keys(values)) {
    if (Object.hasOwn(type.fields, name)) continue;
    faults.push({
      code: 'field-undeclared',
      field: name,
      detail: `${quote(name)} is not a field of ${type.name}.`,
    });
  }
  if (options.extra !== undefined) faults.push(...checkExtra(type, options.extra));
  return faults.length > 0 ? faults : checkSize(listSent(type, values, options));
}

const extraName = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
const extraValue: TextField = text({ min: 0, max: 4096 });

function checkExtra(type: NotificationType, extra: Readonly<Record<string, unknown>>): readonly Fault[] {
  const faults: Fault[] = [];
  for (const [name, value] of Object.entries(extra)) {
    if (!extraName.test(name)) {
      const detail = `${quote(name)} cannot be the name of an extra parameter.`;
      faults.push({ code: 'extra-name-malformed', field: name, detail });
    } else if (Object.hasOwn(type.fields, name)) {
      const detail = `${name} is a field of ${type.name}, so it cannot be an extra parameter.`;
      faults.push({ code: 'extra-name-taken', field: name, detail });
    }
    faults.push(...checkText(name, extraValue, value));
  }
  return faults;
}

const encodedBytesPerUnitMax = 9;

function checkSize(sent: readonly (readonly [string, string])[]): readonly Fault[] {
  if (sent.length > formLimits.fieldsMax) {
    const detail = `There are ${sent.length} fields, ${formLimits.fieldsMax} at most.`;
    return [{ code: 'form-too-many-fields', field: null, detail }];
  }
  let units = 0;
  for (const [name, value] of sent) units += name.length + value.length + 2;
  if (units * encodedBytesPerUnitMax <= formLimits.bodyBytesMax) return [];
  const bodyBytes = encodeForm(sent).length;
  if (bodyBytes <= formLimits.bodyBytesMax) return [];
  const detail = `The form would have ${bodyBytes} bytes, ${formLimits.bodyBytesMax} at most.`;
  return [{ code: 'form-too-large', field: null, detail }];
}

/** The fields as they go on the wire; the values have been checked. */
export function listSent(
  type: NotificationType,
  values: Readonly<Record<string, unknown>>,
  options: SendOptions,
): readonly (readonly [string, string])[] {
  const revision = options.revision ?? 'seed';
  const sent: (readonly [string, string])[] = [];
  for (const [name, field] of Object.entries(type.fields)) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value !== undefined && field.optionalSince !== revision) sent.push([name, String(value)]);
  }
  sent.push(...Object.entries(options.extra ?? {}));
  return sent;
}
