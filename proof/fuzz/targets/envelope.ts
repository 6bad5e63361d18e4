import { parseEnvelope } from '@doorbell/contract';
import type { Random } from '@doorbell/engine';
import type { FuzzTarget, Input } from '../fuzz-target.ts';
import { mutate, pick, upTo } from '../mutate.ts';
import { asciiJson, bodiesOf, buffers, jsonTokens } from '../seeds.ts';

const seeds = bodiesOf('envelope', 'parse');
const keys = [
  '"state"',
  '"state"',
  '"payload"',
  '"payload"',
  '"st\\u0061te"',
  '"State"',
  '"x"',
  '""',
  '"__proto__"',
  'state',
];
const values = [
  '200', '200', '0', '-0', '-1', '00', '200.0', '2e2', '2147483647', '2147483648', '-2147483648', '1e999', '"200"',
  '"Success"', '"\\ud800"', '"\\u0000"', '"张\\n"', 'null', 'true', 'false', 'NaN', 'Infinity', '{}', '[]', '[[[]]]',
  '{"state":1,"state":2}', '"\t"', "'a'", '+1', '.5', '1.', '0x1', '"\\x"', '"\u007f"',
]; // biome-ignore format: one value after another
const laterKeys = ['"payload"', '"x"', '"y"', '"z"', '"State"', '"state"', '"payload\\u0000"'];
const texts = ['""', '"Success"', '"张\\n"', '"\\ud83d\\ude00"', '"\\ud800"', '"\\u0000"', 'null'];
const goodStates = ['200', '401', '4011', '403', '500', '0', '-1'];
const spaces = ['', '', '', '', '', '', ' ', '\n', '\t', '\u00a0', '\ufeff'];
const tokens = [...jsonTokens, ...buffers('e', '.')];

export const envelopeTarget: FuzzTarget = {
  name: 'envelope',
  oracle: 'envelope',
  generate(random): Input {
    if (random() < 0.0005) return [nested(random)];
    return [random() < 0.5 ? mutate(pick(random, seeds), tokens, random) : written(random)];
  },
  judge: ([body]) => shown(parseEnvelope(body ?? Buffer.alloc(0))),
  // What anybody would write first: of a key that comes twice, the last one counts.
  judgeSabotaged([body]) {
    try {
      const { state, payload } = JSON.parse(String(body)) as { state: unknown; payload: unknown };
      if (!Number.isInteger(state)) return 'R';
      return `A${state}${asciiJson(payload ?? '')}`;
    } catch {
      return 'R';
    }
  },
};

function shown(parsed: ReturnType<typeof parseEnvelope>): string {
  return parsed.ok ? `A${parsed.envelope.state}${asciiJson(parsed.envelope.payload)}` : 'R';
}

function written(random: Random): Buffer {
  // Half of them begin well, so that what follows decides.
  const beginsWell = random() < 0.5;
  let members = beginsWell ? `"state":${pick(random, goodStates)}` : '';
  for (let count = upTo(random, 4); count > 0; count--) {
    const name = pick(random, beginsWell ? laterKeys : keys);
    const value = pick(random, random() < 0.5 ? texts : values);
    members += `${members === '' ? '' : ','}${pick(random, spaces)}${name}${pick(random, spaces)}:${value}`;
  }
  return Buffer.from(`${pick(random, spaces)}{${members}}${pick(random, spaces)}`);
}

function nested(random: Random): Buffer {
  // One level is the envelope's own.
  const depth = random() < 0.2 ? 5_000 : 30 + upTo(random, 4);
  const [open, close] = random() < 0.5 ? ['[', ']'] : ['{"a":', '}'];
  return Buffer.from(`{"state":200,"x":${open.repeat(depth)}1${close.repeat(depth)}}`);
}
