import type { Random } from '@doorbell/engine';
import { type VerifyOptions, verifyRequest } from '@doorbell/receiver';
import type { FuzzTarget, Input } from '../fuzz-target.ts';
import { mutate, pick, upTo } from '../mutate.ts';
import { asciiJson, buffers } from '../seeds.ts';
import { hmacSign, md5Sign, secrets } from './signature.ts';

/** What a receiver was told, in the words of the oracle. */
interface Rules {
  readonly policy: 'md5' | 'prefer-hmac' | 'require-hmac';
  readonly keys: readonly string[];
  readonly secrets: readonly string[];
  readonly unsigned: boolean;
  readonly revision: 'seed' | '2021-05';
  readonly extra: readonly string[];
  readonly tolerance: number;
  readonly now: number;
}

const now = 1_532_059_200_000;
const plain: Rules = {
  policy: 'md5',
  keys: ['CdLvNRRQvy0xjORPNvuVaA'],
  secrets: [],
  unsigned: false,
  revision: 'seed',
  extra: [],
  tolerance: 300_000,
  now,
};
const rulesTexts: readonly string[] = [
  plain,
  { ...plain, keys: ['first-key', 'second-key'], extra: ['cityId'] },
  { ...plain, revision: '2021-05' } as const,
  { ...plain, unsigned: true },
  { ...plain, policy: 'prefer-hmac', secrets } as const,
  { ...plain, policy: 'prefer-hmac', secrets, keys: [], unsigned: true } as const,
  { ...plain, policy: 'require-hmac', secrets: secrets.slice(0, 1), keys: [] } as const,
  { ...plain, policy: 'require-hmac', secrets: secrets.slice(0, 1) } as const,
].map((rules) => JSON.stringify(rules));
const rulesOf = new Map(rulesTexts.map((text) => [text, JSON.parse(text) as Rules]));
const optionsOf = new Map([...rulesOf].map(([text, rules]) => [text, readOptions(rules)]));

const ids = [
  'T1',
  'HZ-2021-000417',
  '张',
  '😀'.repeat(16),
  'x'.repeat(32),
  'x'.repeat(33),
  '',
  ' ',
  'a b',
  '1',
  '5f0c1d2e',
];
const userNames = ['张三', '', '0alice', 'x'.repeat(40), ' ', '&', '\u007f', '😀', 'Li+Lei'];
const states = [
  '50000',
  '9000',
  '0',
  '5000',
  '-1',
  '050000',
  '50000 ',
  '',
  '1e4',
  '+0',
  '51000',
  '9'.repeat(20),
];
const contentTypes = [
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded; charset=utf-8',
  'APPLICATION/X-WWW-FORM-URLENCODED;Charset="UTF8"',
  'x-www-form-urlencoded',
  '',
  'application/json',
  'application/x-www-form-urlencoded; charset=gbk',
  'application/x-www-form-urlencoded;; boundary=x',
  'application/x-www-form-urlencoded, text/plain',
];
const tokens = buffers('&', '=', '%', '+', '%00', '&state=0', '0', ' ', '张', '\ufeff', ', ');

export const receiverTarget: FuzzTarget = {
  name: 'receiver',
  oracle: 'receiver',
  generate(random): Input {
    const rulesText = pick(random, rulesTexts);
    const rules = rulesOf.get(rulesText) ?? plain;
    const fields = fieldsOf(rules, random);
    const body = Buffer.from(encoded(fields, random));
    const headers = headersOf(rules, fields, body, random);
    const sent = random() < 0.15 ? mutate(body, tokens, random) : body;
    const method = random() < 0.99 ? 'POST' : 'GET';
    return [
      Buffer.from(rulesText),
      Buffer.from(method),
      sent,
      ...headers.map((text) => Buffer.from(text, 'latin1')),
    ];
  },
  judge: (input) => judge(input, optionsOf.get(String(input[0])) ?? readOptions(plain)),
  judgeSabotaged: (input) =>
    judge(input, { ...readOptions(JSON.parse(String(input[0]))), toleranceMs: 300_001 }),
};

function fieldsOf(rules: Rules, random: Random): readonly (readonly [string, string])[] {
  const fields: [string, string][] = [
    ['state', random() < 0.8 ? '50000' : pick(random, states)],
    ['houseTaskId', random() < 0.8 ? 'T1' : pick(random, ids)],
    ['houseId', pick(random, ids)],
    ['packageId', pick(random, ids)],
    ['userId', random() < 0.8 ? 'u1' : pick(random, ids)],
    ['userName', pick(random, userNames)],
  ];
  if (random() < 0.1) fields.splice(upTo(random, fields.length), 1);
  if (rules.extra.length > 0 && random() < 0.5) fields.push(['cityId', '110000']);
  if (random() < 0.05) fields.push([pick(random, ['cityId', 'x', 'STATE', 'state']), '1']);
  return fields;
}

function encoded(fields: readonly (readonly [string, string])[], random: Random): string {
  const space = random() < 0.5 ? '+' : '%20';
  return fields
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('%20', space)}`)
    .join('&');
}

/** Names and values in turn. */
function headersOf(
  rules: Rules,
  fields: readonly (readonly [string, string])[],
  body: Buffer,
  random: Random,
): readonly string[] {
  const headers = ['Content-Type', random() < 0.9 ? (contentTypes[0] ?? '') : pick(random, contentTypes)];
  const offset = random() < 0.7 ? 0 : pick(random, [300_000, -300_000, 300_001, -300_001, 299_999]);
  if (rules.policy !== 'require-hmac' || random() < 0.3) {
    const timestamp =
      random() < 0.95 ? String(now + offset) : pick(random, ['1532059200', '', '01532059200000', 'x']);
    const sign = md5Sign(fields, rules.keys[upTo(random, rules.keys.length)] ?? 'none', timestamp);
    if (random() < 0.95) headers.push('timestamp', timestamp);
    if (random() < 0.9)
      headers.push(random() < 0.9 ? 'sign' : 'SIGN', random() < 0.9 ? sign : sign.toUpperCase());
    if (random() < 0.02) headers.push('sign', sign);
  }
  if (rules.secrets.length > 0 && random() < 0.9)
    headers.push(...webhookHeaders(rules, body, offset, random));
  if (random() < 0.3)
    headers.push('doorbell-sequence', pick(random, ['7', '0', '1e3', '007', '9'.repeat(16), '']));
  if (random() < 0.3) headers.push('doorbell-attempt', pick(random, ['1', '2, 3', ' 1', '-1']));
  return headers;
}

function webhookHeaders(rules: Rules, body: Buffer, offset: number, random: Random): readonly string[] {
  const id =
    random() < 0.85 ? 'T1.7' : pick(random, ['T1.0', 'T2.7', '%E5%BC%A0.1', 'T1.', 'T1.7.8', '', 'T1.7 ']);
  const seconds = String(Math.floor((now + offset) / 1_000));
  const signature = hmacSign(
    id,
    seconds,
    body,
    random() < 0.9 ? (rules.secrets[0] ?? '') : (secrets[2] ?? ''),
  );
  const sent =
    random() < 0.9 ? signature : pick(random, ['', `v1,x ${signature}`, `${signature}, ${signature}`, 'v1,']);
  return ['webhook-id', id, 'webhook-timestamp', seconds, 'webhook-signature', sent];
}

function readOptions(rules: Rules): VerifyOptions {
  return {
    signKeys: rules.keys,
    webhookSecrets: rules.secrets,
    policy: rules.policy,
    allowUnsigned: rules.unsigned,
    revision: rules.revision,
    extra: rules.extra,
    toleranceMs: rules.tolerance,
    now: () => rules.now,
  };
}

function judge(input: Input, options: VerifyOptions): string {
  const [, method, body, ...texts] = input;
  const headers: [string, string][] = [];
  for (let at = 0; at < texts.length; at += 2) {
    headers.push([texts[at]?.toString('latin1') ?? '', texts[at + 1]?.toString('latin1') ?? '']);
  }
  const verified = verifyRequest({ method: String(method), headers, body: body ?? Buffer.alloc(0) }, options);
  if (!verified.ok) return `R${verified.refusal.state}`;
  const { change } = verified;
  return `A${asciiJson([
    change.state,
    change.houseTaskId,
    change.houseId,
    change.packageId,
    change.userId,
    change.userName,
    Object.entries(change.extra).sort(([a], [b]) => (a < b ? -1 : 1)),
    change.timestamp,
    change.verifiedBy,
    change.keyIndex,
    change.webhookId,
    change.sequence,
    change.attempt,
  ])}`;
}
