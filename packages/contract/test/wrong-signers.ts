import { createHash, createHmac } from 'node:crypto';
import type { ExplainInput } from '../src/index.ts';

/** A request as some wrong signer makes it. Written out by hand: nothing here knows how the package signs. */
export interface WrongRequest {
  readonly code: string;
  readonly how: string;
  readonly request: Partial<ExplainInput>;
  /** Codes expected after the first. */
  readonly further?: readonly string[];
}

export const key = 'Canary-Key+0123456789/=';
export const timestamp = '1532059200123';
export const body =
  'state=50000&houseTaskId=5f0c1d2e&houseId=HZ-417&packageId=0f8fad5b&userId=u1024&userName=%E5%BC%A0%E4%B8%89+%2B1+';

export const md5 = (text: string | Uint8Array): string => createHash('md5').update(text).digest('hex');

const ids = 'HZ-4175f0c1d2e0f8fad5b50000u1024';
const name = '张三 +1 ';
const all = `${ids}${name}`;
const pairOf: Readonly<Record<string, string>> = {
  H: 'houseId=HZ-417',
  T: 'houseTaskId=5f0c1d2e',
  P: 'packageId=0f8fad5b',
  S: 'state=50000',
  U: 'userId=u1024',
  N: `userName=${name}`,
};
const named = (letters: string): string => letters.replace(/[A-Z]/g, (letter) => pairOf[letter] ?? '');

function row(code: string, how: string, text: string, request: Partial<ExplainInput> = {}): WrongRequest {
  return { code, how, request: { sign: md5(text), ...request } };
}

/** Same values, but with an empty userName. */
const withEmpty = body.replace(/userName=.*/, 'userName=');
const withExtra = (extra: string): string => `${body}&${extra}`;
const gbkBody = body.replace('%E5%BC%A0%E4%B8%89', '%D5%C5%C8%FD');

const keys: readonly WrongRequest[] = [
  row('key-other', 'the key of another customer', `AnotherKey${all}${timestamp}`, {
    otherKeys: ['ThirdKey', 'AnotherKey'],
  }),
  row('key-surrounded', 'a line feed after the key', `${key}\n${all}${timestamp}`),
  row('key-surrounded', 'a CR LF after the key', `${key}\r\n${all}${timestamp}`),
  row('key-surrounded', 'a key in quotes', `"${key}"${all}${timestamp}`),
  row('key-surrounded', 'a byte order mark before the key', `\ufeff${key}${all}${timestamp}`),
  row('key-not-trimmed', 'a line feed after our own key', `${key}${all}${timestamp}`, {
    signKey: `${key}\n`,
  }),
  row('key-not-trimmed', 'our own key in quotes', `${key}${all}${timestamp}`, { signKey: `"${key}"` }),
  row('key-escaped', 'an encoded key', `Canary-Key%2B0123456789%2F%3D${all}${timestamp}`),
  row('key-escaped', 'a key whose plus became a space', `Canary-Key 0123456789/=${all}${timestamp}`),
  row('key-case', 'a key in upper case', `CANARY-KEY+0123456789/=${all}${timestamp}`),
  row('key-hashed', 'the MD5 of the key', `${md5(key)}${all}${timestamp}`),
  row('key-misplaced', 'the key at the end', `${all}${timestamp}${key}`),
  row('key-misplaced', 'the key before the timestamp', `${all}${key}${timestamp}`),
  row('key-at-both-ends', 'two keys', `${key}${all}${timestamp}${key}`),
  row('key-as-parameter', '&key= at the end', `${all}${timestamp}&key=${key}`),
  row('key-left-out', 'no key', `${all}${timestamp}`),
];

const timestamps: readonly WrongRequest[] = [
  row('timestamp-not-signed', 'no timestamp in the text', `${key}${all}`),
  row('timestamp-missing', 'no timestamp at all', `${key}${all}`, { timestamp: null }),
  row('timestamp-signed-in-seconds', 'seconds in the text', `${key}${all}1532059200`),
  row('timestamp-seconds', 'seconds in text and header', `${key}${all}1532059200`, {
    timestamp: '1532059200',
  }),
  {
    ...row('timestamp-signed-in-milliseconds', 'seconds in the header only', `${key}${all}1532059200000`, {
      timestamp: '1532059200',
    }),
    further: ['timestamp-seconds'],
  },
  {
    ...row('timestamp-signed-in-milliseconds', 'seconds in the header, cut', `${key}${all}1532059200877`, {
      timestamp: '1532059200',
    }),
    further: ['timestamp-seconds'],
  },
  {
    ...row('timestamp-signed-in-milliseconds', 'a date in the header', `${key}${all}1532059200000`, {
      timestamp: '2018-07-20 12:00:00',
    }),
    further: ['timestamp-malformed'],
  },
  row('timestamp-malformed', 'a date in both', `${key}${all}2018-07-20T04:00:00Z`, {
    timestamp: '2018-07-20T04:00:00Z',
  }),
  row('timestamp-signed-as-date', 'an ISO date', `${key}${all}2018-07-20T04:00:00.123Z`),
  row('timestamp-signed-as-date', 'a Chinese date', `${key}${all}2018-07-20 12:00:00`),
  row('timestamp-taken-twice', 'a clock read twice', `${key}${all}1532059200119`),
  row('timestamp-misplaced', 'the timestamp after the key', `${key}${timestamp}${all}`),
  row('timestamp-misplaced', 'the timestamp in front', `${timestamp}${key}${all}`),
  row(
    'timestamp-as-field',
    'the timestamp sorted in',
    `${key}HZ-4175f0c1d2e0f8fad5b50000${timestamp}u1024${name}`,
  ),
  row('timestamp-stale', 'a late request', `${key}${all}${timestamp}`, { now: Number(timestamp) + 300_001 }),
  row('timestamp-future', 'an early request', `${key}${all}${timestamp}`, {
    now: Number(timestamp) - 300_001,
  }),
];

const encoded = '%E5%BC%A0%E4%B8%89';
const values: readonly WrongRequest[] = [
  row('values-encoded', 'as in the body', `${key}${ids}${encoded}+%2B1+${timestamp}`),
  row('values-encoded', 'encodeURIComponent', `${key}${ids}${encoded}%20%2B1%20${timestamp}`),
  row('values-encoded', 'lower-case hex', `${key}${ids}${encoded.toLowerCase()}+%2b1+${timestamp}`),
  row('values-decoded-twice', 'a plus that became a space', `${key}${ids}张三  1 ${timestamp}`),
  row('values-decoded-twice', 'sent encoded twice', `${key}${all}${timestamp}`, {
    body: body.replace(/userName=.*/, 'userName=%25E5%25BC%25A0%25E4%25B8%2589%2B%252B1%2B'),
  }),
  row('plus-not-space', 'a literal plus', `${key}${ids}张三++1+${timestamp}`),
  row('values-trimmed', 'a trailing space gone', `${key}${ids}张三 +1${timestamp}`),
  row('values-misread', 'UTF-8 as Latin-1', `${key}${ids}å¼\u00a0ä¸\u0089 +1 ${timestamp}`),
  row('values-misread', 'UTF-8 as GBK', `${key}${ids}寮犱笁 +1 ${timestamp}`),
  row('values-escaped', 'HTML escapes', `${key}${ids}a &lt;b&gt; &amp; c${timestamp}`, {
    body: body.replace(/userName=.*/, 'userName=a+%3Cb%3E+%26+c'),
  }),
  row('values-escaped', 'Unicode escapes', `${key}${ids}\\u5f20\\u4e09 +1 ${timestamp}`),
  row('values-case', 'lower case', `${key}hz-4175f0c1d2e0f8fad5b50000u1024${name}${timestamp}`),
  row('values-normalised', 'NFC', `${key}${ids}Ren\u00e9${timestamp}`, {
    body: body.replace(/userName=.*/, 'userName=Rene%CC%81'),
  }),
  row('empties-as-null', 'null', `${key}${ids}null${timestamp}`, { body: withEmpty }),
  row('empties-as-null', 'None', `${key}${ids}None${timestamp}`, { body: withEmpty }),
];

const joined: readonly WrongRequest[] = [
  row('names-included', 'name=value&', `${key}${named('H&T&P&S&U&N')}${timestamp}`),
  row('names-included', 'name=value', `${key}${named('HTPSUN')}${timestamp}`),
  row('names-included', 'namevalue', `${key}${named('HTPSUN').replaceAll('=', '')}${timestamp}`),
  row('names-included', 'name=value& all through', `${key}&${named('H&T&P&S&U&N')}&${timestamp}`),
  ...['&', ',', '|', '\n', ' '].map((separator) =>
    row(
      'separators-included',
      `${JSON.stringify(separator)} between the values`,
      `${key}${['HZ-417', '5f0c1d2e', '0f8fad5b', '50000', 'u1024', name].join(separator)}${timestamp}`,
    ),
  ),
  row(
    'separators-included',
    'a bar everywhere',
    [key, 'HZ-417', '5f0c1d2e', '0f8fad5b', '50000', 'u1024', name, timestamp].join('|'),
  ),
  row('separators-included', 'a hyphen around the values', `${key}-${all}-${timestamp}`),
  row(
    'json-signed',
    'JSON in order of name',
    `${key}{"houseId":"HZ-417","houseTaskId":"5f0c1d2e","packageId":"0f8fad5b","state":"50000","userId":"u1024","userName":"${name}"}${timestamp}`,
  ),
  row('body-signed-whole', 'the body as it stands', `${key}${body}${timestamp}`),
];

const wechat = `${named('H&T&P&S')}&timestamp=${timestamp}&${named('U')}&key=${key}`;
const rules: readonly WrongRequest[] = [
  row('rule-of-wechat-pay', 'empties dropped, timestamp among the fields', wechat, { body: withEmpty }),
  row('rule-of-taobao', 'upper-case', '', {
    sign: md5(`${key}${named('HTPSUN').replaceAll('=', '')}${timestamp}${key}`).toUpperCase(),
  }),
];

const scrambled = 'userId=u1024&state=50000&houseId=HZ-417';
const mixed = `${withExtra('CityId=7')}&city_id=8`;
const orders: readonly WrongRequest[] = [
  row('order-descending', 'descending', `${key}${name}u1024500000f8fad5b5f0c1d2eHZ-417${timestamp}`),
  row('order-of-body', 'as sent', `${key}u102450000HZ-417${timestamp}`, { body: scrambled }),
  row('order-of-table', 'as in the table', `${key}50000HZ-417u1024${timestamp}`, { body: scrambled }),
  row('order-ignores-case', 'lower-case names', `${key}87${ids}${name}${timestamp}`, { body: mixed }),
  row('order-of-locale', 'Chinese names by pinyin', `${key}312${timestamp}`, {
    body: '%E5%9F%8E%E5%B8%82=1&%E6%88%BF%E6%BA%90=2&%E6%A0%87%E9%A2%98=3',
  }),
  row('order-by-value', 'by value', `${key}1234${timestamp}`, { body: 'a=3&b=1&c=4&d=2' }),
];

const fields: readonly WrongRequest[] = [
  row('extras-left-out', 'two extras', `${key}${all}${timestamp}`, { body: withExtra('CityId=7&zone=a') }),
  row('revision-signed', 'four fields', `${key}HZ-4175f0c1d2e0f8fad5b50000${timestamp}`),
  row('field-left-out', 'no packageId', `${key}HZ-4175f0c1d2e50000u1024${name}${timestamp}`),
  row('state-other', 'the state before', `${key}HZ-4175f0c1d2e0f8fad5b45000u1024${name}${timestamp}`),
  {
    ...row('repeats-merged', 'joined as .NET does', `${key}1,23${timestamp}`, { body: 'a=1&a=2&b=3' }),
    further: ['form-repeated-name'],
  },
];

const hmac = createHmac('md5', key).update(`${all}${timestamp}`, 'utf8').digest('hex');
const right = `${key}${all}${timestamp}`;
const rightHex = md5(right);
const zeros = [...Array(2000).keys()].map((count) => `${1532059200000 + count}`);
const unpadded = (hex: string): string => hex.replace(/0([0-9a-f])|(..)/g, '$1$2');
const withZero = zeros.find((text) => /^(?:..)*0/.test(md5(`${key}${all}${text}`))) ?? '';
const digests: readonly WrongRequest[] = [
  row('digest-hmac', 'HMAC-MD5', '', { sign: hmac }),
  row('digest-hmac', 'HMAC-SHA256', '', {
    sign: createHmac('sha256', key).update(`${all}${timestamp}`, 'utf8').digest('hex'),
  }),
  row('digest-other', 'SHA-1', '', { sign: createHash('sha1').update(right, 'utf8').digest('hex') }),
  row('digest-other', 'SHA-256', '', { sign: createHash('sha256').update(right, 'utf8').digest('hex') }),
  row('digest-other', 'SM3', '', { sign: createHash('sm3').update(right, 'utf8').digest('hex') }),
  row('digest-twice', 'MD5 of MD5', rightHex),
  row('text-case', 'upper case', right.toUpperCase()),
  row('text-charset', 'ASCII', right.replaceAll(/[张三]/g, '?')),
  row('text-charset', 'UTF-16', '', { sign: md5(Buffer.from(right, 'utf16le')) }),
  row('text-charset', 'GBK', '', {
    sign: md5(
      Buffer.concat([
        Buffer.from(`${key}${ids}`),
        Buffer.from('d5c5c8fd', 'hex'),
        Buffer.from(` +1 ${timestamp}`),
      ]),
    ),
  }),
  row('sign-base64', 'Base64', '', { sign: Buffer.from(rightHex, 'hex').toString('base64') }),
  row('sign-base64', 'Base64 of the hex digits', '', { sign: Buffer.from(rightHex).toString('base64') }),
  row('sign-halved', '16 digits', '', { sign: rightHex.slice(8, 24) }),
  row('sign-zeros-lost', 'bytes without padding', '', {
    timestamp: withZero,
    sign: unpadded(md5(`${key}${all}${withZero}`)),
  }),
  row('sign-decorated', 'BitConverter of .NET', '', {
    sign: (rightHex.toUpperCase().match(/../g) ?? []).join('-'),
  }),
  row('sign-decorated', 'in quotes', '', { sign: `"${rightHex}"` }),
  row('sign-placeholder', 'the sample of the page', '123456'),
  row('sign-of-nothing', 'nothing', ''),
  row('sign-missing', 'no sign', '', { sign: null }),
  row('sign-malformed', 'a word', '', { sign: 'unsigned!' }),
];

const json =
  '{"state":50000,"houseTaskId":"t","houseId":"h","packageId":"p","userId":null,"userName":"张三"}';
const part = (field: string, value: string): string =>
  `--b123\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n${value}\r\n`;
const bodies: readonly WrongRequest[] = [
  row('body-json', 'JSON', `${key}htp50000张三${timestamp}`, { body: json, contentType: 'application/json' }),
  row('body-multipart', 'FormData', `${key}h50000${timestamp}`, {
    body: `${part('state', '50000')}${part('houseId', 'h')}--b123--\r\n`,
    contentType: 'multipart/form-data; boundary=b123',
  }),
  row('body-gbk', 'GBK', right, { body: gbkBody }),
  row('body-empty', 'nothing', `${key}${timestamp}`, { body: '' }),
  row('form-malformed-percent', 'a lone percent sign', `${key}100%${timestamp}`, { body: 'a=100%' }),
  row('form-control-character', 'a tab', `${key}x\ty${timestamp}`, { body: 'a=x%09y' }),
  row('form-too-large', '70 KB', '', { body: `a=${'x'.repeat(70_000)}` }),
  row('content-type-unsupported', 'text/plain', right, { contentType: 'text/plain' }),
  row('charset-unsupported', 'gbk', right, { contentType: 'application/x-www-form-urlencoded;charset=gbk' }),
];

const pairs: readonly WrongRequest[] = [
  {
    ...row('key-misplaced', 'and names', `${named('H&T&P&S&U&N')}${timestamp}${key}`),
    further: ['names-included'],
  },
  {
    ...row('timestamp-signed-in-seconds', 'and encoded values', `${key}${ids}${encoded}+%2B1+1532059200`),
    further: ['values-encoded'],
  },
  {
    ...row('key-surrounded', 'and as sent', `${key}\nu102450000HZ-417${timestamp}`, { body: scrambled }),
    further: ['order-of-body'],
  },
  {
    ...row('timestamp-not-signed', 'and HMAC', '', {
      sign: createHmac('md5', key).update(all, 'utf8').digest('hex'),
    }),
    further: ['digest-hmac'],
  },
  {
    ...row(
      'separators-included',
      'and empties dropped',
      `${key}HZ-417|5f0c1d2e|0f8fad5b|50000|u1024${timestamp}`,
      {
        body: withEmpty,
      },
    ),
    further: ['empties-dropped'],
  },
  {
    ...row('key-other', 'and trimmed', `AnotherKey${ids}张三 +1${timestamp}`, { otherKeys: ['AnotherKey'] }),
    further: ['values-trimmed'],
  },
];

export const wrongRequests: readonly WrongRequest[] = [
  ...keys,
  ...timestamps,
  ...values,
  ...joined,
  ...rules,
  ...orders,
  ...fields,
  ...digests,
  ...bodies,
  ...pairs,
];
