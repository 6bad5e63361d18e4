import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  checkValues,
  defineNotification,
  type Fault,
  fromFields,
  integer,
  type taskStateChange,
  text,
  toFields,
  type ValuesOf,
} from '../src/index.ts';

function codes(faults: readonly Fault[]): readonly string[] {
  return faults.map(({ code, field }) => `${field}: ${code}`);
}

describe('declaring a notification type', () => {
  const visit = defineNotification('visit', {
    agentId: text({ max: 8 }),
    result: integer({ oneOf: [1, 2] }),
    note: text({ max: 20, optional: true }),
    minutes: integer({ optional: true }),
    kind: text({ max: 10, pattern: /^(?:shown|sold)$/ }),
  });

  test('is declaring its fields: the values are typed by them', () => {
    expectTypeOf<ValuesOf<typeof visit>>().toEqualTypeOf<{
      readonly agentId: string;
      readonly result: number;
      readonly kind: string;
      readonly note?: string;
      readonly minutes?: number;
    }>();
    expectTypeOf<ValuesOf<typeof taskStateChange>>().toEqualTypeOf<{
      readonly state: number;
      readonly houseTaskId: string;
      readonly houseId: string;
      readonly packageId: string;
      readonly userId?: string;
      readonly userName?: string;
    }>();
  });

  test('gives it sending and receiving', () => {
    const values = { agentId: 'a', result: 2, kind: 'sold', minutes: 90 };
    const fields = toFields(visit, values);
    expect([...fields]).toEqual([
      ['agentId', 'a'],
      ['result', '2'],
      ['minutes', '90'],
      ['kind', 'sold'],
    ]);
    expect(fromFields(visit, fields)).toEqual({ ok: true, values, extra: {} });
  });

  test('checks lists and patterns', () => {
    const faults = checkValues(visit, { agentId: 'a', result: 3, kind: 'rented' });
    expect(codes(faults)).toEqual(['result: field-not-allowed', 'kind: field-not-allowed']);
    expect(codes(checkValues(visit, { agentId: 'a', result: 1, kind: '' }))).toEqual([
      'kind: field-too-short',
    ]);
  });

  test('takes an optional field that is empty as absent', () => {
    const fields = new Map([
      ['agentId', 'a'],
      ['result', '1'],
      ['kind', 'shown'],
      ['note', ''],
      ['minutes', ''],
    ]);
    const values = { agentId: 'a', result: 1, kind: 'shown' };
    expect(fromFields(visit, fields)).toEqual({ ok: true, values, extra: {} });
  });
});
