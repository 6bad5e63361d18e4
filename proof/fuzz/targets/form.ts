import { decodeForm } from '@doorbell/contract';
import type { Random } from '@doorbell/engine';
import type { FuzzTarget, Input } from '../fuzz-target.ts';
import { mutate, pick, upTo } from '../mutate.ts';
import { asciiJson, bodiesOf, buffers } from '../seeds.ts';

const seeds = bodiesOf('form', 'decode');
const names = ['state', 'houseTaskId', 'userName', 'a', '%61', '%C3%A9', '\ufeff', '', '+', 'x%00', 'á'];
const values = [
  '50000',
  '',
  '%E5%BC%A0',
  '张',
  'a+b',
  '%2B',
  '%',
  '%z',
  '%7f',
  '%C0%AF',
  '%ED%A0%80',
  '=',
  '😀',
];
const tokens = buffers(
  '&',
  '=',
  '%',
  '+',
  '&a=1',
  '%00',
  '%7F',
  '%ff',
  '\0',
  '\u007f',
  '张',
  ';',
  '&&',
  '%25',
  '\ufeff',
);

export const formTarget: FuzzTarget = {
  name: 'form',
  oracle: 'form',
  generate(random): Input {
    if (random() < 0.0005) return [atALimit(random)];
    return [random() < 0.6 ? mutate(pick(random, seeds), tokens, random) : written(random)];
  },
  judge: ([body]) => shown(decodeForm(body ?? Buffer.alloc(0))),
  // A value that is trimmed verifies under a signature over another one.
  judgeSabotaged([body]) {
    const form = decodeForm(body ?? Buffer.alloc(0));
    if (!form.ok) return 'R';
    return shown({
      ok: true,
      fields: new Map([...form.fields].map(([name, value]) => [name, value.trim()])),
    });
  },
};

function shown(form: ReturnType<typeof decodeForm>): string {
  return form.ok ? `A${asciiJson([...form.fields])}` : 'R';
}

function written(random: Random): Buffer {
  let body = '';
  for (let fields = upTo(random, 7); fields > 0; fields--) {
    body += `${body === '' ? '' : '&'}${pick(random, names)}`;
    if (random() < 0.9) body += `=${pick(random, values)}`;
  }
  return Buffer.from(body);
}

function atALimit(random: Random): Buffer {
  const one = upTo(random, 3) - 1;
  const forms = [
    () => Array.from({ length: 64 + one }, (_, index) => `f${index}=1`).join('&'),
    () => `${'n'.repeat(128 + one)}=1`,
    () => `${'%C3%A9'.repeat(64)}${'n'.repeat(one + 1)}=1`,
    () => `a=${'v'.repeat(16_384 + one)}`,
    () => `a=${'张'.repeat(5_461)}${'v'.repeat(one + 1)}`,
    () => `a=1&${'&'.repeat(65_536 - 4 + one)}`,
  ];
  return Buffer.from(pick(random, forms)());
}
