import { listCases } from '@doorbell/conformance';
import { describe, expect, it } from 'vitest';

import { sayDetailInChinese } from '../../packages/console/src/pages/endpoints/conformance/say-in-chinese.ts';
import { brokenReceivers, carefulReceiver } from './broken-receivers.ts';
import { judgeSubject } from './judge-subject.ts';
import { sdkReceivers } from './sdk-receivers.ts';

// The adapters and the examples in other languages are run by `npm run conformance`, beside all of these.
const subjects = [...sdkReceivers, carefulReceiver, ...brokenReceivers];

describe.concurrent('the kit finds exactly what is wrong, with an endpoint that', () => {
  it.each(subjects.map((subject) => [subject.name, subject] as const))('%s', async (_name, subject) => {
    const { unexpected, missed, report } = await judgeSubject(subject);
    expect({ unexpected, missed }).toEqual({ unexpected: [], missed: [] });
    const details = report.results.flatMap(({ detail }) => (detail === null ? [] : [detail]));
    // For the console, whose readers are Chinese.
    expect(details.filter((detail) => !/\p{Script=Han}/u.test(sayDetailInChinese(detail)))).toEqual([]);
  });
});

it('there are at least 20 broken receivers, each with a name of its own and a case that names its fault', () => {
  expect(brokenReceivers.length).toBeGreaterThanOrEqual(20);
  expect(new Set(brokenReceivers.map(({ name }) => name)).size).toBe(brokenReceivers.length);
  const unnamed = brokenReceivers.filter(
    ({ expects }) => !('fails' in expects) || expects.fails.length === 0,
  );
  expect(unnamed.map(({ name }) => name)).toEqual([]);
});

it('the careful receiver and the SDK as it comes fail no must and no should', async () => {
  for (const subject of [carefulReceiver, sdkReceivers[0] ?? carefulReceiver]) {
    const { report } = await judgeSubject(subject);
    expect(report).toMatchObject({ conforms: true, counts: { must: { failed: 0 }, should: { failed: 0 } } });
  }
});

it('every case but the one that takes 3 seconds is failed by some endpoint, so none is there for show', () => {
  const failed = new Set(subjects.flatMap(({ expects }) => ('fails' in expects ? expects.fails : [])));
  expect(
    listCases()
      .filter(({ id }) => !failed.has(id))
      .map(({ id }) => id),
  ).toEqual(['answer-prompt']);
});
