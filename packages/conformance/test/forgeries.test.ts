import { createHash } from 'node:crypto';

import { expect, it } from 'vitest';

import { forgeries } from '../src/cases/forge.ts';
import { createTransport } from '../src/exchange.ts';
import { extendMd5, md5Padding } from '../src/extend-md5.ts';
import type { Forgery } from '../src/forgery.ts';
import { createProbe, type Probe } from '../src/probe.ts';
import { idPatterns } from '../src/sample-ids.ts';
import { standingClock } from './serve.ts';

const signKey = 'CdLvNRRQvy0xjORPNvuVaA';

function probeOf(runId: string): Probe {
  const clock = standingClock();
  return createProbe({
    settings: {
      signKey,
      revision: 'seed',
      extra: [],
      webhookSecret: null,
      houseId: null,
      effectsUrl: null,
      timeoutMs: 1000,
      promptMs: 1000,
    },
    runId,
    clock,
    transport: createTransport({ url: new URL('http://127.0.0.1:1/'), clock, timeoutMs: 1000 }),
    onExchange: () => {},
  });
}

const md5 = (...parts: (string | Buffer)[]): string => {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

const order = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/** The rule once more, on the bytes of the request, so that nothing of the kit is trusted to judge itself. */
function signOfRequest({ forged: { request } }: Forgery): {
  expected: string;
  sent: string;
  timestamp: string;
} {
  const header = (name: string): string => request.headers.find(([known]) => known === name)?.[1] ?? '';
  const values = Buffer.from(request.body)
    .toString('latin1')
    .split('&')
    .map((segment) => segment.split('='))
    .map(([name = '', value = '']) => {
      const text = value
        .replaceAll('+', ' ')
        .replace(/%([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
      return { name, bytes: Buffer.from(text, 'latin1') };
    })
    .sort((left, right) => order(left.name, right.name))
    .map(({ bytes }) => bytes);
  const timestamp = header('timestamp');
  return { expected: md5(signKey, ...values, timestamp), sent: header('sign'), timestamp };
}

it.each(forgeries.map(({ id, forge }) => [id, forge] as const))(
  '%s verifies arithmetically',
  (_id, forge) => {
    const { expected, sent } = signOfRequest(forge(probeOf('0badcafe')));
    expect(sent).toBe(expected);
  },
);

it.each(forgeries.map(({ id, forge }) => [id, forge] as const))(
  '%s is made of a sign that its key really gave, and is something else than was heard',
  (id, forge) => {
    const { heard, forged } = forge(probeOf('0badcafe'));
    const values = [...heard.fields]
      .sort(([left], [right]) => order(left, right))
      .map(([, value]) => value)
      .join('');
    expect(heard.sign).toBe(md5(signKey, values, heard.timestamp));
    const isReplay = ['forge-package-download', 'forge-delivery-failed', 'forge-own-request'].includes(id);
    const heardForm = new URLSearchParams(heard.fields.map(([name, value]) => [name, value])).toString();
    const isSame =
      Buffer.from(forged.request.body).toString() === heardForm && heard.timestamp === forged.timestamp;
    expect(isSame).toBe(isReplay);
  },
);

it.each(forgeries.map(({ id, forge }) => [id, forge] as const))('%s is new in every run', (_id, forge) => {
  const one = forge(probeOf('00000001'));
  const other = forge(probeOf('00000002'));
  expect(one.forged.sign).not.toBe(other.forged.sign);
});

it('a forgery of legal fields breaks the form of some id, or none can help', () => {
  const legal = forgeries.filter(({ level }) => level === 'hardened');
  const unbroken = legal.filter(({ forge }) => {
    const body = Buffer.from(forge(probeOf('0badcafe')).forged.request.body).toString();
    const fields = new URLSearchParams(body);
    return Object.entries(idPatterns).every(([name, pattern]) => pattern.test(fields.get(name) ?? ''));
  });
  expect(unbroken.map(({ id }) => id)).toEqual(['forge-typed-by-visitor']);
});

it('an extended MD5 is the MD5 of the extended message', () => {
  for (let length = 0; length < 200; length += 7) {
    const message = Buffer.alloc(length, 'k');
    const extended = Buffer.concat([message, md5Padding(length), Buffer.from('suffix')]);
    expect(extendMd5(md5(message), length, 'suffix')).toBe(md5(extended));
  }
});
