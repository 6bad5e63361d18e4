import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reasonCodes } from '@doorbell/contract';
import type { Actor, EndpointEvent, PauseReason, Reading, TransportFailure } from '@doorbell/engine';
import { describe, expect, it } from 'vitest';
import { problemKinds } from '../../server/src/problem.ts';
import { en } from '../src/i18n/en.ts';
import { faultWords, problemWords } from '../src/i18n/zh/server-words.ts';
import { zh } from '../src/i18n/zh.ts';

type Told = Exclude<Reading['reason'], `envelope-${string}`> | TransportFailure;

// Typed, so that a new one does not compile before it is here.
const readingReasons: Readonly<Record<Told, true>> = {
  accepted: true,
  refused: true,
  unauthorized: true,
  gone: true,
  redirect: true,
  'http-status': true,
  'response-state': true,
  'internal-error': true,
  timeout: true,
  'connect-timeout': true,
  dns: true,
  unreachable: true,
  reset: true,
  tls: true,
  'blocked-address': true,
  'response-too-large': true,
  'malformed-response': true,
  aborted: true,
  network: true,
};
const pauseReasons: Readonly<Record<PauseReason, true>> = {
  operator: true,
  customer: true,
  unauthorized: true,
  gone: true,
};
const eventKinds: Readonly<Record<EndpointEvent['kind'], true>> = {
  paused: true,
  resumed: true,
  'breaker-opened': true,
  'breaker-closed': true,
};
const actorKinds: Readonly<Record<Actor['kind'], true>> = {
  key: true,
  user: true,
  customer: true,
  command: true,
  anonymous: true,
};

const packages = join(import.meta.dirname, '../..');
const sources = globSync('{server,engine,cli}/src/**/*.ts', { cwd: packages }).map((file) =>
  readFileSync(join(packages, file), 'utf8'),
);

/** Whatever stands where an action of the audit log, or the code of a fault, is written. */
function listWritten(...patterns: readonly RegExp[]): readonly string[] {
  const found = sources.flatMap((source) =>
    patterns.flatMap((pattern) => [...source.matchAll(pattern)].map(([, word = '']) => word)),
  );
  return [...new Set(found)].sort();
}

function missing(prefix: string, codes: readonly string[]): readonly string[] {
  const keys = codes.map((code) => `${prefix}.${code}`);
  return keys.filter((key) => !(key in zh) || !(key in en));
}

describe('what the server says has words in both languages', () => {
  it('for every reason of an attempt', () => {
    const envelopes = Object.keys(reasonCodes).filter((code) => code.startsWith('envelope-'));
    expect(missing('reason', [...Object.keys(readingReasons), ...envelopes, 'lost'])).toEqual([]);
  });

  it('for every reason of a pause, every event and every actor', () => {
    expect(missing('pause', Object.keys(pauseReasons))).toEqual([]);
    expect(missing('event', Object.keys(eventKinds))).toEqual([]);
    expect(missing('actor', Object.keys(actorKinds))).toEqual([]);
  });

  it('for every action that the audit log is given', () => {
    const actions = listWritten(
      /action(?::| =) '([a-z-]+\.[a-z-]+)'/g,
      /(?:record|edit|append)\([^']{0,80}'([a-z-]+\.[a-z-]+)'/g,
    );
    expect(actions.length).toBeGreaterThan(15);
    expect(missing('deed', actions)).toEqual([]);
  });

  it('for every kind of problem and every code of a fault; English is what the server says', () => {
    const codes = [...Object.keys(reasonCodes), ...listWritten(/fault\([^']{0,60}'([a-z]+-[a-z-]+)'/g)];
    const inChinese = (words: Readonly<Record<string, string>>) => (code: string) =>
      /\p{Script=Han}/u.test(words[code] ?? '');
    expect(Object.keys(problemKinds).filter((kind) => !inChinese(problemWords)(kind))).toEqual([]);
    expect(codes.filter((code) => !inChinese(faultWords)(code))).toEqual([]);
  });
});
