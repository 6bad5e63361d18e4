import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';

import { expect, it } from 'vitest';

import { renderJunit } from '../src/render-junit.ts';
import { type CaseResult, gradeOf } from '../src/report.ts';
import { type ConformanceOptions, runConformance } from '../src/run-conformance.ts';
import { findDeadUrl, serve, standingClock } from './serve.ts';

const signKey = 'CdLvNRRQvy0xjORPNvuVaA';
const clock = standingClock();

/** Signs are compared and nothing else: enough to be judged, and wrong in many ways. */
const lax: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const fields = [...new URLSearchParams(Buffer.concat(chunks).toString('utf8'))];
    const values = fields.sort(([left], [right]) => (left < right ? -1 : 1)).map(([, value]) => value);
    const right = createHash('md5')
      .update(`${signKey}${values.join('')}${request.headers.timestamp}`)
      .digest('hex');
    const state = right === request.headers.sign ? 200 : 401;
    const payload = state === 200 ? 'Success' : `${signKey} gives ${right} <&> \u0001`;
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ state, payload }));
  });
};

async function run(listener: RequestListener, options: Partial<ConformanceOptions> = {}) {
  const url = await serve(listener);
  return runConformance({ url: url.href, signKey, clock, runId: '0badcafe', timeoutMs: 60_000, ...options });
}

it('a failed case has its request and its answer, and neither has the key in it', async () => {
  const report = await run(lax, { only: ['refusal-without-secret'] });
  const failed = report.results.find(({ outcome }) => outcome === 'failed');
  expect(failed).toMatchObject({ id: 'refusal-without-secret', detail: 'the answer has the sign key in it' });
  expect(failed?.exchanges[0]?.request).toMatch(
    /^POST \/ HTTP\/1\.1\n.*\nsign: 0123456789abcdef.*state=50000/s,
  );
  expect(failed?.exchanges[0]?.answer).toMatch(/^HTTP 200\n.*"payload":"\*{8} gives /s);
  expect(JSON.stringify(report)).not.toContain(signKey);
});

it('results are told one by one, in the order of the run', async () => {
  const told: string[] = [];
  const onResult = ({ id }: CaseResult): number => told.push(id);
  const report = await run(lax, { only: ['state'], onResult });
  expect(told).toEqual(report.results.map(({ id }) => id));
});

it('what an endpoint fails first leaves the rest unjudged, with the reason', async () => {
  const report = await run((_request, response) => response.end('<html>'), { only: ['text-emoji'] });
  expect(report.results.map(({ id, outcome, detail }) => [id, outcome, detail]).slice(3, 5)).toEqual([
    ['answer-envelope', 'failed', 'envelope-not-json: The response is not JSON: "<html>".'],
    ['answer-state-integer', 'skipped', 'not judged, because answer-envelope did not pass'],
  ]);
  expect(report.conforms).toBe(false);
});

it('an endpoint that is not there is unreachable, without a grade', async () => {
  const url = await findDeadUrl();
  const report = await runConformance({ url: url.href, signKey, clock, runId: '0badcafe' });
  expect(report).toMatchObject({ endpoint: 'unreachable', grade: null, conforms: false });
  expect(report.results.every(({ outcome }) => outcome === 'skipped')).toBe(true);
});

it('an endpoint that a request took down has gone away, and what comes later is not held against it', async () => {
  let ticks = 0;
  const ticking = { ...clock, monotonicMs: () => (ticks += 100) };
  const report = await run(
    (request, response) => {
      lax(request, response);
      if (request.headers['content-type']?.includes('gbk')) {
        request.socket.destroy();
        (request.socket as unknown as { server: { close(): void } }).server.close();
      }
    },
    { only: ['type'], clock: ticking },
  );
  const after = report.results.slice(report.results.findIndex(({ id }) => id === 'type-charset-gbk'));
  expect(after.map(({ outcome }) => outcome)).toEqual(['failed', ...after.slice(1).map(() => 'skipped')]);
  expect(report).toMatchObject({ endpoint: 'went-away', conforms: false });
});

it('a run that is ended judges nothing any more, has no grade, and holds nothing against the endpoint', async () => {
  const ending = new AbortController();
  let requests = 0;
  const report = await run(
    (request, response) => {
      requests += 1;
      // The answer to the fifth never comes.
      if (requests < 5) lax(request, response);
      else ending.abort();
    },
    { signal: ending.signal },
  );
  expect(report).toMatchObject({ endpoint: 'answered', grade: null, conforms: false, ended: true });
  const after = report.results.slice(4);
  expect(after.length).toBeGreaterThan(100);
  expect(new Set(after.map(({ outcome }) => outcome))).toEqual(new Set(['skipped']));
  expect(requests).toBe(5);
});

it('whoever runs the kit says which addresses may be called, and why not', async () => {
  const asked: string[] = [];
  const report = await run(lax, {
    connect: (url, done) => {
      asked.push(url.host);
      done(new Error('192.0.2.1 may not be called'), null);
      return () => {};
    },
  });
  expect(asked).toHaveLength(1);
  expect(report.endpoint).toBe('unreachable');
  expect(report.results[0]?.detail).toContain('192.0.2.1 may not be called');
});

it('a connection that is still being opened when the time is up is given up', async () => {
  let givenUp = 0;
  const report = await run(lax, {
    timeoutMs: 1_000,
    connect: () => () => {
      givenUp += 1;
    },
  });
  expect(givenUp).toBeGreaterThan(0);
  expect(report.results[0]?.detail).toContain('there was no answer within 1000 ms');
});

it.each([
  ['a sign key', { signKey: '' }],
  ['a URL', { url: 'ftp://127.0.0.1/' }],
  ['a run id', { runId: 'x' }],
  ['a limit', { timeoutMs: 0 }],
  ['a webhook secret', { webhookSecret: 'whsec_x' }],
  ['a case', { only: ['nothing'] }],
])('%s that cannot be is refused before anything is sent', async (_name, options) => {
  const base = { url: 'http://127.0.0.1:1/', signKey, clock, runId: '0badcafe' };
  await expect(runConformance({ ...base, ...options })).rejects.toThrow(RangeError);
});

it('an answer that takes more than 3 seconds is in time, but not prompt', async () => {
  let ticks = 0;
  const slow = { ...clock, monotonicMs: () => (ticks += 4000) };
  const report = await run(lax, { only: ['answer-prompt'], clock: slow });
  expect(report.results.map(({ id, outcome }) => [id, outcome])).toEqual([
    ['answer-in-time', 'passed'],
    ['answer-prompt', 'failed'],
  ]);
});

it('an effects URL that counts nothing is a failure of the cases that ask it', async () => {
  const other = await serve((_request, response) => response.end('ok'));
  const report = await run(lax, { only: ['repeat-runs-once'], effectsUrl: other.href });
  expect(report.results.at(-1)).toMatchObject({
    outcome: 'failed',
    detail: expect.stringContaining('{"effects": n}'),
  });
});

it.each([
  ['A', [0, 0, 0]],
  ['B', [0, 0, 1]],
  ['C', [0, 1, 0]],
  ['D', [10, 0, 0]],
  ['F', [11, 0, 0]],
] as const)(
  'the grade is %s for %s failed musts, shoulds and hardened ones',
  (grade, [must, should, hardened]) => {
    const count = (failed: number) => ({ passed: 100 - failed, failed, skipped: 0 });
    const counts = { must: count(must), should: count(should), hardened: count(hardened) };
    expect(gradeOf(counts, true)).toBe(grade);
    expect(gradeOf(counts, false)).toBe('F');
  },
);

it('JUnit is well-formed XML with a test for each case, whatever the endpoint answers', async () => {
  const report = await run(lax, { only: ['refusal', 'form'] });
  const xml = renderJunit(report);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML cannot have them
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
  const open: string[] = [];
  const counted: Record<string, number> = {};
  const text = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  const rest = text.replace(
    /<(\/?)([a-z]+)((?: [a-z]+="[^"<&]*(?:&(?:amp|lt|gt|quot);[^"<&]*)*")*)(\/?)>/g,
    (_all, end, name, _attributes, self) => {
      if (end === '/') expect(open.pop()).toBe(name);
      else {
        counted[name] = (counted[name] ?? 0) + 1;
        if (self === '') open.push(name);
      }
      return '';
    },
  );
  expect(open).toEqual([]);
  expect(rest.replace(/&(amp|lt|gt|quot);/g, '')).not.toMatch(/[<&]/);
  const of = (outcome: string) => report.results.filter((result) => result.outcome === outcome).length;
  expect(counted).toMatchObject({ testcase: report.results.length, failure: of('failed') });
  expect(xml).toContain(
    `<testsuites name="doorbell conform" tests="${report.results.length}" failures="${of('failed')}"`,
  );
});
