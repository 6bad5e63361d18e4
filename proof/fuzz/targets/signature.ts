import { createHash, createHmac } from 'node:crypto';
import { verify, verifyWebhook } from '@doorbell/contract';
import type { Random } from '@doorbell/engine';
import type { FuzzTarget, Input } from '../fuzz-target.ts';
import { mutate, pick, upTo } from '../mutate.ts';
import { buffers } from '../seeds.ts';

type Field = readonly [string, string];

const names = [
  'state',
  'houseTaskId',
  'houseId',
  'packageId',
  'userId',
  'userName',
  'é',
  '😀',
  '\uff61',
  'State',
  'a',
];
const values = ['50000', '', ' ', 'a ', '张三', '😀', '0', 'HZ-2021', 'x'.repeat(64), '\ufeff', 'ß'];
const keyTexts = ['CdLvNRRQvy0xjORPNvuVaA', 'k', '密钥', ' k', 'another-key'];
const timestamps = ['1532059200000', '1532059200001', '', '0', ' 1532059200000'];
const tokens = buffers('0', 'a', 'F', ' ', '=', ',', 'v1,', '\u00e9', '\n', '.');

/** Signs in its own way, so that a mistake of the product's would show. */
export function md5Sign(fields: readonly Field[], key: string, timestamp: string): string {
  const ordered = [...fields].sort(([a], [b]) => (a < b ? -1 : 1));
  const text = key + ordered.map(([, value]) => value).join('') + timestamp;
  return createHash('md5').update(text).digest('hex');
}

export function hmacSign(id: string, timestamp: string, body: Buffer, secret: string): string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
}

export const secrets = [24, 32, 64].map(
  (length) => `whsec_${Buffer.alloc(length, length).toString('base64')}`,
);

export const signatureTarget: FuzzTarget = {
  name: 'signature',
  oracle: 'signature',
  generate: (random) => (random() < 0.6 ? md5Input(random) : hmacInput(random)),
  judge: (input) => (input[0]?.toString() === 'h' ? judgeHmac(input) : judgeMd5(input, (text) => text)),
  judgeSabotaged: (input) =>
    input[0]?.toString() === 'h' ? judgeHmac(input) : judgeMd5(input, (text) => text.trim()),
};

function md5Input(random: Random): Input {
  const fields = new Map<string, string>();
  for (let count = upTo(random, 6); count > 0; count--) fields.set(pick(random, names), pick(random, values));
  const keys = [...new Set([pick(random, keyTexts), pick(random, keyTexts)])];
  const timestamp = pick(random, timestamps);
  const sign = Buffer.from(changedSign(md5Sign([...fields], pick(random, keys), timestamp), random));
  const signed = random() < 0.2 ? mutate(sign, tokens, random) : sign;
  const sent = random() < 0.3 ? moved([...fields], random) : [...fields];
  return [
    Buffer.from('m'),
    Buffer.from(timestamp),
    Buffer.from(signed.toString()),
    Buffer.from(String(keys.length)),
    ...buffers(...keys, ...sent.flat()),
  ];
}

function changedSign(sign: string, random: Random): string {
  const roll = random();
  if (roll < 0.1) return sign.toUpperCase();
  if (roll < 0.15) return `${sign.slice(0, 31)}${sign[31] === '0' ? '1' : '0'}`;
  if (roll < 0.2) return ` ${sign}`;
  return sign;
}

/** Part of a value goes over to another field: the sign may stay good, and both must say so. */
function moved(fields: readonly Field[], random: Random): readonly Field[] {
  const from = upTo(random, fields.length);
  return fields.map(([name, value], index) => {
    if (index === from) return [name, value.isWellFormed() ? value.trimEnd() : value];
    return random() < 0.3 ? [name, `${value}${pick(random, ['', '0', ' '])}`] : [name, value];
  });
}

function hmacInput(random: Random): Input {
  const id = pick(random, [
    'task-1.7',
    'a',
    '',
    'x'.repeat(512),
    'x'.repeat(513),
    'é.1',
    'a=b.1',
    "%E5.1~!*'()",
  ]);
  const timestamp = pick(random, ['1532059200', '1532059200', '0532059200', '153205920', '1532059200 ', '']);
  const body = Buffer.from(pick(random, ['state=50000', '', 'a=1&b=2', '\xff']));
  const signature = hmacSign(id, timestamp, body, pick(random, secrets));
  const header = pick(random, [
    signature,
    signature,
    `v2,abc ${signature}`,
    `${'v1,x '.repeat(upTo(random, 20))}${signature}`,
    signature.toLowerCase(),
    signature.replace('=', ''),
    `${signature} `,
  ]);
  const sent = random() < 0.2 ? mutate(Buffer.from(header), tokens, random) : Buffer.from(header);
  return [
    Buffer.from('h'),
    ...buffers(id, timestamp, sent.toString()),
    body,
    ...buffers(...secrets.slice(upTo(random, 2))),
  ];
}

function judgeMd5(input: Input, read: (value: string) => string): string {
  const [, timestamp = '', sign = '', count = '', ...texts] = input.map(String);
  const keys = texts.slice(0, Number(count));
  const given = texts.slice(Number(count));
  const fields: Field[] = [];
  for (let at = 0; at < given.length; at += 2) fields.push([given[at] ?? '', read(given[at + 1] ?? '')]);
  const verified = verify({ fields, timestamp, sign, keys });
  return verified.ok ? `A${verified.keyIndex}` : 'R';
}

function judgeHmac(input: Input): string {
  const [, id, timestamp, signature, body, ...given] = input;
  const verified = verifyWebhook({
    id: String(id),
    timestamp: String(timestamp),
    signature: String(signature),
    body: body ?? Buffer.alloc(0),
    secrets: given.map(String),
  });
  return verified.ok ? 'A' : 'R';
}
