import { describe, expect, test } from 'vitest';
import {
  findTaskState,
  isLegalTransition,
  responseStates,
  results,
  taskStates,
  transitions,
} from '../src/index.ts';

const codes = [-1, 0, 9000, 10000, 20000, 30000, 40000, 45000, 50000, 51000, 52000];

const legal: Readonly<Record<number, readonly number[]>> = {
  [-1]: [],
  0: [10000, 51000],
  9000: [10000, 51000],
  10000: [0, 20000],
  20000: [30000, 50000, 52000],
  30000: [40000, 52000],
  40000: [45000, 50000, 52000],
  45000: [40000, 50000, 52000],
  50000: [51000],
  51000: [],
  52000: [10000, 30000, 40000, 51000],
};

describe('task states', () => {
  test('are those of the contract, in ascending order, with names in both languages', () => {
    expect(taskStates.map(({ code }) => code)).toEqual(codes);
    for (const { key, zh, en } of taskStates) {
      expect(key).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(zh).toMatch(/\p{Script=Han}/u);
      expect(en).not.toBe('');
    }
    expect(new Set(taskStates.map(({ key }) => key)).size).toBe(codes.length);
  });

  test('are all notified, except the answer to a query for a task that does not exist', () => {
    expect(taskStates.filter(({ notified }) => !notified).map(({ code }) => code)).toEqual([-1]);
  });

  test('are found by their code, and only by it', () => {
    expect(findTaskState(45000)?.key).toBe('in-review');
    for (const code of [1, 11000, 50000.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(findTaskState(code)).toBeUndefined();
    }
  });
});

describe('transitions', () => {
  const steps = codes.flatMap((from) =>
    codes.map((to) => ({ from, to, allowed: legal[from]?.includes(to) ?? false })),
  );

  test.each(steps)('$from to $to: $allowed', ({ from, to, allowed }) => {
    expect(isLegalTransition(from, to)).toBe(allowed);
  });

  test('exist for every notified state and say why in both languages', () => {
    expect([...transitions.keys()].sort((a, b) => a - b)).toEqual(codes.slice(1));
    for (const { zh, en } of [...transitions.values()].flat()) {
      expect(zh).toMatch(/\p{Script=Han}/u);
      expect(en).not.toBe('');
    }
  });

  test('from or to a number that is no state are illegal', () => {
    expect(isLegalTransition(11000, 10000)).toBe(false);
    expect(isLegalTransition(9000, 11000)).toBe(false);
  });
});

test('response states and results are those of the contract', () => {
  expect(responseStates.map(({ code }) => code)).toEqual([200, 401, 4011, 403, 500]);
  expect(results.map(({ code }) => code)).toEqual([0, 1, 2, 3]);
});
