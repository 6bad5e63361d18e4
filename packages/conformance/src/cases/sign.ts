import { delivers, refuses } from '../case-shapes.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import type { Probe } from '../probe.ts';
import { formOf, md5, type Signing, signatureOf, signedValues } from '../signed-request.ts';
import type { Pairs, WireRequest } from '../wire-request.ts';

interface BadSign {
  readonly id: string;
  readonly level?: 'should';
  readonly why: string;
  readonly sends: string;
  readonly hint: string;
  readonly spoil: (right: string, fields: Pairs, timestamp: string, probe: Probe) => Signing;
}

const compare = 'Compare the whole sign, 32 hexadecimal digits, with the one you compute, in constant time.';
const demand =
  'Refuse with state 401 whatever lacks a timestamp or a sign. An endpoint without a key can be called by anybody.';

const badSigns: readonly BadSign[] = [
  {
    id: 'sign-absent',
    why: 'Without a sign anybody can send anything.',
    sends: 'a timestamp, no sign',
    hint: demand,
    spoil: () => ({ sign: null }),
  },
  {
    id: 'sign-and-timestamp-absent',
    why: 'The contract lets timestamp and sign be absent for customers without a key; an endpoint with a key must not accept that.',
    sends: 'neither timestamp nor sign',
    hint: demand,
    spoil: () => ({ sign: null, sentTimestamp: null }),
  },
  {
    id: 'sign-empty',
    why: 'An empty sign is no sign.',
    sends: 'sign: (empty)',
    hint: demand,
    spoil: () => ({ sign: '' }),
  },
  {
    id: 'sign-without-timestamp',
    why: 'Without a timestamp a notification that was overheard stays valid for ever.',
    sends: 'no timestamp, and the sign of the values alone',
    hint: demand,
    spoil: (_right, fields, _timestamp, { settings }) => ({
      sentTimestamp: null,
      sign: md5(settings.signKey + signedValues(fields)),
    }),
  },
  {
    id: 'sign-placeholder',
    why: 'e10adc39... is MD5 of "123456", which the published page shows as an example; it signs nothing.',
    sends: 'the placeholder of the published page',
    hint: compare,
    spoil: () => ({ sign: 'e10adc3949ba59abbe56e057f20f883e' }),
  },
  {
    id: 'sign-of-another-key',
    why: 'Only the agreed key signs for the platform.',
    sends: 'a sign under another key',
    hint: compare,
    spoil: (_right, _fields, _timestamp, { settings }) => ({ key: `${settings.signKey}x` }),
  },
  {
    id: 'sign-of-empty-key',
    why: 'A key that is missing in the configuration must not become an empty key, which everybody knows.',
    sends: 'a sign under the empty key',
    hint: 'Refuse to start without a key; never fall back to an empty text.',
    spoil: () => ({ key: '' }),
  },
  {
    id: 'sign-one-digit-off',
    why: 'A sign that differs in one digit is another sign.',
    sends: 'the right sign with its last digit changed',
    hint: compare,
    spoil: (right) => ({ sign: right.slice(0, 31) + (right.endsWith('0') ? '1' : '0') }),
  },
  {
    id: 'sign-truncated',
    why: 'Half a sign can be guessed far sooner than the whole.',
    sends: 'the first 16 digits of the right sign',
    hint: compare,
    spoil: (right) => ({ sign: right.slice(0, 16) }),
  },
  {
    id: 'sign-with-more',
    why: 'A sign with something behind it is not 32 hexadecimal digits.',
    sends: 'the right sign and four more digits',
    hint: compare,
    spoil: (right) => ({ sign: `${right}0000` }),
  },
  {
    id: 'sign-not-hexadecimal',
    why: 'A sign that is no hexadecimal text must be refused like any other wrong one, not end in an exception or in an empty comparison.',
    sends: '32 letters that are no hexadecimal digits',
    hint: 'Check the sign against ^[0-9A-Fa-f]{32}$ first: decoders of hex drop what they do not know, and comparing functions throw on other lengths.',
    spoil: () => ({ sign: 'zyxwvutsrqponmlkzyxwvutsrqponmlk' }),
  },
  {
    id: 'sign-twice',
    level: 'should',
    why: 'Two sign headers say two things; which one counts differs between servers and proxies.',
    sends: 'a wrong sign header and the right one after it',
    hint: 'Refuse a header that comes more than once (some servers join them with a comma).',
    spoil: (right) => ({ sign: '0'.repeat(32), headers: [['sign', right]] }),
  },
  {
    id: 'sign-twice-right-first',
    level: 'should',
    why: 'Two sign headers say two things; which one counts differs between servers and proxies.',
    sends: 'the right sign header and a wrong one after it',
    hint: 'Refuse a header that comes more than once (some servers join them with a comma).',
    spoil: () => ({ headers: [['sign', '0'.repeat(32)]] }),
  },
  {
    id: 'sign-in-body',
    why: 'Sign and timestamp are headers; as fields they could be part of the signed values.',
    sends: 'sign and timestamp as form fields, none as headers',
    hint: 'Take sign and timestamp from the headers alone, and refuse fields that were not declared.',
    spoil: (right, fields, timestamp) => ({
      sign: null,
      sentTimestamp: null,
      body: formOf([...fields, ['timestamp', timestamp], ['sign', right]]),
    }),
  },
  {
    id: 'sign-in-query',
    why: 'Sign and timestamp are headers; URLs end up in logs.',
    sends: 'sign and timestamp in the query, none as headers',
    hint: 'Take sign and timestamp from the headers alone.',
    spoil: (right, _fields, timestamp) => ({
      sign: null,
      sentTimestamp: null,
      query: `timestamp=${timestamp}&sign=${right}`,
    }),
  },
  {
    id: 'sign-of-other-values',
    why: 'A sign belongs to the values that it was made for.',
    sends: 'state=51000 under the sign of state=50000',
    hint: compare,
    spoil: (_right, fields) => ({
      signed: fields,
      body: formOf(fields).replace('state=50000', 'state=51000'),
    }),
  },
  {
    id: 'sign-of-other-timestamp',
    why: 'The timestamp is signed, so that an overheard notification cannot be given a new one.',
    sends: 'a timestamp one second later than the signed one',
    hint: 'Append the text of the timestamp header to the signed text.',
    spoil: (_right, _fields, timestamp) => ({ timestamp, sentTimestamp: String(Number(timestamp) + 1000) }),
  },
];

function spoiled(probe: Probe, { spoil }: BadSign): WireRequest {
  const fields = probe.fields();
  const timestamp = String(probe.nowMs());
  const right = signatureOf(fields, probe.settings.signKey, timestamp);
  return probe.sign(fields, { timestamp, webhook: 'none', ...spoil(right, fields, timestamp, probe) });
}

const anyCase = 'Compare the bytes, or both texts in lower case: hexadecimal digits have no case.';

export const signCases: readonly ConformanceCase[] = [
  delivers(
    {
      id: 'sign-upper-case',
      why: 'Hexadecimal digits have no case, and formatters differ.',
      sends: 'the right sign in upper case',
      hint: anyCase,
    },
    (probe) => {
      const fields = probe.fields();
      const timestamp = String(probe.nowMs());
      const sign = signatureOf(fields, probe.settings.signKey, timestamp).toUpperCase();
      return probe.sign(fields, { timestamp, sign });
    },
  ),
  ...badSigns.map((bad) => {
    const { spoil: _spoil, ...sketch } = bad;
    return refuses(sketch, (probe) => spoiled(probe, bad));
  }),
];
