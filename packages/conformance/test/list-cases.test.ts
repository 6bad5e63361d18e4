import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { groupOf, listCases } from '../src/list-cases.ts';

const cases = listCases();

it('there are at least 80 cases, of all three levels', () => {
  expect(cases.length).toBeGreaterThanOrEqual(80);
  expect(new Set(cases.map(({ level }) => level))).toEqual(new Set(['must', 'should', 'hardened']));
});

it('every case has an id of its own and belongs to a group', () => {
  const ids = cases.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[a-z]+-[A-Za-z0-9.-]+$/.test(id))).toEqual([]);
});

it('every case says why in a sentence, what is sent and accepted, and how to mend a failure', () => {
  const silent = cases.filter(({ why, sends, accepts, hint }) => {
    return !(
      /^[^ ].{20,}\.$/.test(why) &&
      /^[^ ].{20,}\.$/.test(hint) &&
      sends.length > 3 &&
      accepts.length > 3
    );
  });
  expect(silent.map(({ id }) => id)).toEqual([]);
});

it('what a case needs comes before it', () => {
  const early = cases.flatMap(({ id, needs }, index) =>
    needs
      .filter((need) => !cases.slice(0, index).some((one) => one.id === need))
      .map((need) => `${id}: ${need}`),
  );
  expect(early).toEqual([]);
});

it('naming a case brings what it needs, and nothing else', () => {
  expect(listCases(['text-emoji']).map(({ id }) => id)).toEqual([
    'answer-in-time',
    'answer-no-redirect',
    'answer-status-2xx',
    'answer-envelope',
    'answer-state-integer',
    'answer-payload-string',
    'answer-accepted',
    'text-emoji',
  ]);
});

it('naming a group brings all of it', () => {
  const forged = listCases(['forge']).filter(({ id }) => groupOf(id) === 'forge');
  expect(forged).toEqual(cases.filter(({ id }) => groupOf(id) === 'forge'));
});

it('a name that is neither a case nor a group is refused, with the groups there are', () => {
  expect(() => listCases(['emoji'])).toThrow(/no case and no group "emoji".*answer, state, text/);
});

it('the README has every case with its level and its reason', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const missing = cases.filter(({ id, level, why }) => {
    return !readme.includes(`| \`${id}\` | ${level} | ${why.replaceAll('|', '\\|')} |`);
  });
  expect(missing.map(({ id }) => id)).toEqual([]);
});
