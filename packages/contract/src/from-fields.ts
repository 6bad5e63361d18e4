import { checkInteger, checkText } from './check-field.ts';
import { type Revision, type TextField, text } from './field-rule.ts';
import { type FormFields, formLimits } from './form.ts';
import { type Field, isOptionalIn, type NotificationType, type ValuesOf } from './notification-type.ts';
import { quote } from './quote.ts';
import type { Fault } from './reason-codes.ts';

/** What a receiver was told to expect. */
export interface ReceiveOptions {
  /** By default `seed`. */
  readonly revision?: Revision;
  /** Names of the extra parameters it wants; each may be absent. */
  readonly extra?: readonly string[];
}

/** What `fromFields` makes of a form. */
export type FieldsRead<Type extends NotificationType> =
  | { ok: true; values: ValuesOf<Type>; extra: Readonly<Record<string, string>> }
  | { ok: false; faults: readonly Fault[] };

const extraValue: TextField = text({ min: 0, max: formLimits.valueBytesMax });

/**
 * Reads decoded form fields as a notification, or reports every fault. Undeclared names are refused even when
 * empty, because names are not signed. An optional field that is empty counts as absent.
 */
export function fromFields<Type extends NotificationType>(
  type: Type,
  fields: FormFields,
  options: ReceiveOptions = {},
): FieldsRead<Type> {
  const revision = options.revision ?? 'seed';
  const faults: Fault[] = [];
  const values: Record<string, number | string> = {};
  const extra: Record<string, string> = {};
  let declared = 0;
  for (const name of Object.keys(type.fields)) {
    const field = type.fields[name] as Field;
    const sent = fields.get(name);
    if (sent !== undefined) declared += 1;
    if (isOptionalIn(field, revision) && (sent === undefined || countsAsAbsent(field, sent))) continue;
    if (sent === undefined) {
      faults.push({ code: 'field-missing', field: name, detail: `${name} is missing.` });
    } else {
      const value = readValue(field, sent);
      values[name] = value;
      const found =
        field.kind === 'integer' ? checkInteger(name, field, value) : checkText(name, field, value);
      if (found.length > 0) faults.push(...found);
    }
  }
  for (const [name, value] of declared < fields.size ? fields : []) {
    if (Object.hasOwn(type.fields, name)) continue;
    if (options.extra?.includes(name)) {
      extra[name] = value;
      faults.push(...checkText(name, extraValue, value));
    } else {
      const detail = `${quote(name)} is neither a field of ${type.name} nor a declared extra parameter.`;
      faults.push({ code: 'field-undeclared', field: name, detail });
    }
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, values: values as ValuesOf<Type>, extra };
}

// The platform writes null as an empty value.
function countsAsAbsent(field: Field, sent: string): boolean {
  return sent === '' && (field.kind === 'integer' || field.min > 0);
}

// Text that is not canonical stays text, which checkInteger then reports.
function readValue(field: Field, sent: string): number | string {
  return field.kind === 'integer' && /^(?:0|-?[1-9][0-9]*)$/.test(sent) ? Number(sent) : sent;
}
