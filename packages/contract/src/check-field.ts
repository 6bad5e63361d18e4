import { hasControlCharacter } from './control-character.ts';
import type { IntegerField, TextField } from './field-rule.ts';
import { quote } from './quote.ts';
import type { Fault, ReasonCode } from './reason-codes.ts';
import { findTaskState } from './task-state.ts';

/** Every fault of one number. */
export function checkInteger(field: string, rule: IntegerField, value: unknown): readonly Fault[] {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || Object.is(value, -0)) {
    return [
      { code: 'field-not-integer', field, detail: `${field} must be a whole number, not ${show(value)}.` },
    ];
  }
  if (rule.taskState) return checkTaskState(field, value);
  if (rule.oneOf !== undefined && !rule.oneOf.includes(value)) {
    const detail = `${field} is ${value}, not one of ${rule.oneOf.join(', ')}.`;
    return [{ code: 'field-not-allowed', field, detail }];
  }
  return [];
}

function checkTaskState(field: string, value: number): readonly Fault[] {
  const state = findTaskState(value);
  if (state === undefined) {
    return [{ code: 'state-unknown', field, detail: `${field} ${value} is not a task state.` }];
  }
  if (!state.notified) {
    const detail = `${field} ${value} (${state.en}) is never notified.`;
    return [{ code: 'state-never-notified', field, detail }];
  }
  return [];
}

/** Every fault of one text. */
export function checkText(field: string, rule: TextField, value: unknown): readonly Fault[] {
  if (typeof value !== 'string') {
    return [{ code: 'field-not-text', field, detail: `${field} must be a string, not ${show(value)}.` }];
  }
  const faults: Fault[] = [];
  const report = (code: ReasonCode, detail: string): unknown => faults.push({ code, field, detail });
  if (value.length < rule.min) report('field-too-short', `${field} must not be shorter than ${rule.min}.`);
  if (value.length > rule.max) {
    report('field-too-long', `${field} has ${value.length} UTF-16 code units, ${rule.max} at most.`);
  }
  if (hasControlCharacter(value)) {
    report('field-control-character', `${field} has a control character: ${quote(value)}.`);
  }
  if (!value.isWellFormed()) {
    report('field-lone-surrogate', `${field} has a lone surrogate: ${quote(value)}.`);
  }
  if (rule.pattern !== undefined && value !== '' && !rule.pattern.test(value)) {
    report('field-not-allowed', `${field} ${quote(value)} does not match ${rule.pattern.source}.`);
  }
  return faults;
}

function show(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
