import { checkChanges, InvalidChanges, type NewChange, type Random } from '@doorbell/engine';
import { checkStateChanges } from '../../../packages/server/src/check-state-changes.ts';
import { parseJsonBody } from '../../../packages/server/src/json-body.ts';
import { Problem } from '../../../packages/server/src/problem.ts';
import { readChange, type StateChange } from '../../../packages/server/src/schemas/state-change.ts';
import type { FuzzTarget, Input } from '../fuzz-target.ts';
import { mutate, pick, upTo } from '../mutate.ts';
import { asciiJson, buffers, jsonTokens } from '../seeds.ts';

const names = ['customerId', 'houseTaskId', 'houseId', 'packageId', 'userId', 'userName'];
const texts = [
  '"x"', '"张三"', '""', '"😀"', '"\\ud83d\\ude00"', '"\\ud800"', '"\\u0000"', '"\\n"', '"\u007f"', '"a:b"', '"a\\"b"',
  '1', 'null', '[]', '{}', 'true', `"${'x'.repeat(33)}"`, `"${'😀'.repeat(16)}"`, '"\\u12"', '"\\x"', "'x'",
]; // biome-ignore format: one text after another
const states = [
  '50000',
  '9000',
  '0',
  '-0',
  '-1',
  '5e4',
  '50000.0',
  '50000.5',
  '"50000"',
  '050000',
  '1e999',
  '12345',
  'null',
  '+1',
  '0x0',
];
const extras = [
  '{}',
  '{"cityId":"110000"}',
  '{"cityId":1}',
  '{"state":"1"}',
  '{"1a":"x"}',
  '[]',
  'null',
  '{"a":"x","a":"y"}',
  '{"é":"x"}',
  '{"__proto__":"x"}',
  '{"toString":"x"}',
  '{"constructor":"x"}',
  '{"b":"2","a":"1"}',
];
const events = ['"e1"', '""', 'null', `"${'e'.repeat(129)}"`, `"${'e'.repeat(128)}"`, '7', '"张"'];
const tokens = [...jsonTokens, ...buffers('\u007f', '"__proto__":1,')];

export const bodyTarget: FuzzTarget = {
  name: 'body',
  oracle: 'body',
  generate(random): Input {
    const body = Buffer.from(bodyText(random));
    return [random() < 0.3 ? mutate(body, tokens, random) : body];
  },
  judge: ([body]) => shown(body ?? Buffer.alloc(0), readChange),
  // A name that is trimmed on the way is not what was sent.
  judgeSabotaged: ([body]) =>
    shown(body ?? Buffer.alloc(0), (change) => {
      const read = readChange(change);
      return { ...read, userName: read.userName.slice(0, 2) };
    }),
};

/** As the route does it, without HTTP and without the database. */
function shown(body: Buffer, read: (change: StateChange) => NewChange): string {
  let changes: readonly NewChange[];
  try {
    const parsed = parseJsonBody(body);
    if (checkStateChanges(parsed).length > 0) return 'R';
    changes = (Array.isArray(parsed) ? parsed : [parsed]).map(read);
    checkChanges(changes);
  } catch (error) {
    if (error instanceof Problem || error instanceof InvalidChanges) return 'R';
    throw error;
  }
  return `A${asciiJson(changes.map(changeParts))}`;
}

export function changeParts(change: NewChange): readonly unknown[] {
  const { customerId, houseTaskId, houseId, packageId, userId, userName, state, extra, eventId } = change;
  const pairs = Object.entries(extra).sort(([a], [b]) => (a < b ? -1 : 1));
  return [customerId, houseTaskId, houseId, packageId, userId, userName, state, pairs, eventId];
}

function bodyText(random: Random): string {
  if (random() < 0.8) return changeText(random);
  if (random() < 0.01) return nested(random);
  const items = Array.from({ length: upTo(random, 4) }, () => changeText(random));
  return `[${items.join(random() < 0.98 ? ',' : ',,')}]`;
}

function changeText(random: Random): string {
  const members = names.map(
    (name) => `"${name}":${random() < 0.93 ? goodText(name, random) : pick(random, texts)}`,
  );
  members.push(`"state":${random() < 0.85 ? '50000' : pick(random, states)}`);
  if (random() < 0.3) members.push(`"extra":${pick(random, extras)}`);
  if (random() < 0.3) members.push(`"eventId":${pick(random, events)}`);
  if (random() < 0.03)
    members.push(pick(random, ['"x":1', '"state":0', '"__proto__":{}', '"userName":"twice"']));
  if (random() < 0.05) members.splice(upTo(random, members.length), 1);
  return `{${members.join(random() < 0.9 ? ',' : ' ,\n')}}`;
}

function goodText(name: string, random: Random): string {
  if (name === 'customerId') return pick(random, ['"acme"', '"acme"', '"acme"', '"other"']);
  if (name === 'houseTaskId') return `"t${upTo(random, 1_000)}"`;
  return pick(random, ['"x1"', '"张三"', '"a b"', '"\\u4e2d"', '"😀"', '"a:b,c"']);
}

function nested(random: Random): string {
  const depth = random() < 0.2 ? 5_000 : 14 + upTo(random, 4);
  return random() < 0.5
    ? '['.repeat(depth) + ']'.repeat(depth)
    : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
}
