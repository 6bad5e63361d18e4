import { describe, expect, test } from 'vitest';
import {
  checkValues,
  encodeForm,
  type Fault,
  fromFields,
  taskStateChange,
  taskStates,
  toFields,
} from '../src/index.ts';

const change = {
  state: 50000,
  houseTaskId: '5f0c1d2e3b4a59687766554433221100',
  houseId: 'HZ-2021-000417',
  packageId: '0f8fad5b-d9cb-469f-a165-70867728950e',
  userId: 'u1024',
  userName: '张三',
};
const sent = new Map(Object.entries({ ...change, state: '50000' }));

function codes(faults: readonly Fault[]): readonly string[] {
  return faults.map(({ code, field }) => `${field}: ${code}`);
}

function sendCodes(changed: Readonly<Record<string, unknown>>, extra: Record<string, string> = {}) {
  return codes(checkValues(taskStateChange, { ...change, ...changed }, { extra }));
}

function receiveCodes(changed: Readonly<Record<string, string>>) {
  const read = fromFields(taskStateChange, new Map([...sent, ...Object.entries(changed)]));
  return read.ok ? [] : codes(read.faults);
}

describe('sending a task state change', () => {
  test('writes the six fields in the order of the contract', () => {
    expect([...toFields(taskStateChange, change)]).toEqual([...sent]);
  });

  test('puts extra parameters after the fields', () => {
    const fields = toFields(taskStateChange, change, { extra: { cityId: '330100', 'x-1.y_z': '' } });
    expect([...fields]).toEqual([...sent, ['cityId', '330100'], ['x-1.y_z', '']]);
  });

  test('leaves out userId and userName in revision 2021-05, given or not', () => {
    const names = ['state', 'houseTaskId', 'houseId', 'packageId'];
    const { userId: _id, userName: _name, ...four } = change;
    expect([...toFields(taskStateChange, change, { revision: '2021-05' }).keys()]).toEqual(names);
    expect([...toFields(taskStateChange, four, { revision: '2021-05' }).keys()]).toEqual(names);
  });

  test('throws with every fault in the message', () => {
    expect(() => toFields(taskStateChange, { ...change, state: -1, houseId: '' })).toThrow(
      new RangeError('state -1 (task does not exist) is never notified. houseId must not be shorter than 1.'),
    );
  });

  test.each([
    ['an absent field', { houseId: undefined }, ['houseId: field-missing']],
    ['a userId that is absent though the seed requires it', { userId: undefined }, ['userId: field-missing']],
    ['null', { houseId: null }, ['houseId: field-not-text']],
    ['a number for a text', { userId: 1024 }, ['userId: field-not-text']],
    ['an array for a text', { userId: ['a'] }, ['userId: field-not-text']],
    ['an object for a text', { userId: {} }, ['userId: field-not-text']],
    ['a text for a number', { state: '50000' }, ['state: field-not-integer']],
    ['NaN', { state: Number.NaN }, ['state: field-not-integer']],
    ['infinity', { state: Number.POSITIVE_INFINITY }, ['state: field-not-integer']],
    ['a fraction', { state: 50000.5 }, ['state: field-not-integer']],
    ['minus zero', { state: -0 }, ['state: field-not-integer']],
    ['an unsafe integer', { state: 2 ** 53 }, ['state: field-not-integer']],
    ['a bigint', { state: 50000n }, ['state: field-not-integer']],
    ['a state that does not exist', { state: 11000 }, ['state: state-unknown']],
    ['the state that is never notified', { state: -1 }, ['state: state-never-notified']],
    ['an empty id', { houseTaskId: '' }, ['houseTaskId: field-too-short']],
    ['a control character', { userName: 'a\u0000b' }, ['userName: field-control-character']],
    ['a line feed', { userName: 'a\n' }, ['userName: field-control-character']],
    ['half of a surrogate pair', { userName: '\ud83c' }, ['userName: field-lone-surrogate']],
    ['a name that is no field', { stat: 1 }, ['stat: field-undeclared']],
    ['a name from the prototype', { constructor: 'x' }, ['constructor: field-undeclared']],
  ])('refuses %s', (_, changed, expected) => {
    expect(sendCodes(changed)).toEqual(expected);
  });

  test('does not take an inherited value for a field', () => {
    expect(codes(checkValues(taskStateChange, Object.create(change)))).toHaveLength(6);
  });

  test.each([
    ['houseTaskId', 32],
    ['houseId', 64],
    ['packageId', 128],
    ['userId', 32],
    ['userName', 4096],
  ])('%s has at most %i UTF-16 code units', (field, max) => {
    expect(sendCodes({ [field]: '房'.repeat(max) })).toEqual([]);
    expect(sendCodes({ [field]: 'x'.repeat(max + 1) })).toEqual([`${field}: field-too-long`]);
    expect(sendCodes({ [field]: '🏠'.repeat(max / 2) })).toEqual([]);
    expect(sendCodes({ [field]: `🏠${'🏠'.repeat(max / 2)}` })).toEqual([`${field}: field-too-long`]);
  });

  test('reports all faults at once, of one field and of several', () => {
    const faults = checkValues(
      taskStateChange,
      { state: 1, houseTaskId: `\u0000${'x'.repeat(32)}\ud800`, houseId: 7, packageId: '', extra: 1 },
      { extra: { 'a b': 'x', state: '\n' } },
    );
    expect(codes(faults)).toEqual([
      'state: state-unknown',
      'houseTaskId: field-too-long',
      'houseTaskId: field-control-character',
      'houseTaskId: field-lone-surrogate',
      'houseId: field-not-text',
      'packageId: field-too-short',
      'userId: field-missing',
      'userName: field-missing',
      'extra: field-undeclared',
      'a b: extra-name-malformed',
      'state: extra-name-taken',
      'state: field-control-character',
    ]);
  });

  test.each(['', '1a', '_a', '__proto__', 'a b', 'a&b', '城市', `a${'b'.repeat(64)}`])(
    'refuses the extra name %j',
    (name) => {
      const extra = Object.fromEntries([[name, 'x']]);
      expect(sendCodes({}, extra)).toEqual([`${name}: extra-name-malformed`]);
    },
  );

  test('refuses an extra value that is no text of at most 4,096 characters', () => {
    expect(sendCodes({}, { a: 'x'.repeat(4097) })).toEqual(['a: field-too-long']);
    expect(sendCodes({}, { a: 1 as unknown as string })).toEqual(['a: field-not-text']);
  });

  test('refuses more than 64 fields in all', () => {
    const extra = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`x${i}`, '']));
    expect(sendCodes({}, extra(58))).toEqual([]);
    expect(sendCodes({}, extra(59))).toEqual(['null: form-too-many-fields']);
  });

  test('refuses a form of more than 65,536 bytes, measured as it is sent', () => {
    const long = '房'.repeat(4000);
    expect(sendCodes({}, { a: long })).toEqual([]);
    expect(sendCodes({}, { a: long, b: long })).toEqual(['null: form-too-large']);
    const plain = 'x'.repeat(4000);
    expect(sendCodes({}, { a: plain, b: plain, c: plain, d: plain })).toEqual([]);
  });

  test('takes a form of exactly 65,536 bytes', () => {
    const plain = 'x'.repeat(4000);
    const extra = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`extra${i}`, plain]));
    const bodyBytes = encodeForm(toFields(taskStateChange, change, { extra })).length;
    const rest = 65_536 - bodyBytes - '&rest='.length;
    expect(sendCodes({}, { ...extra, rest: 'x'.repeat(rest) })).toEqual([]);
    expect(sendCodes({}, { ...extra, rest: 'x'.repeat(rest + 1) })).toEqual(['null: form-too-large']);
  });

  test('quotes little of what it refuses', () => {
    const [fault] = checkValues(taskStateChange, { ...change, state: 'x'.repeat(10_000) });
    expect(fault?.detail.length).toBeLessThan(150);
  });
});

describe('receiving a task state change', () => {
  test('gives typed values and no extra', () => {
    expect(fromFields(taskStateChange, sent)).toEqual({ ok: true, values: change, extra: {} });
  });

  test.each(taskStates.filter(({ notified }) => notified))('takes state $code', ({ code }) => {
    expect(receiveCodes({ state: String(code) })).toEqual([]);
  });

  test.each(['', ' 50000', '50000 ', '050000', '+50000', '50000.0', '5e4', '0x0', '-0', '１', 'NaN', 'null'])(
    'refuses the integer %j',
    (state) => {
      expect(receiveCodes({ state })).toEqual(['state: field-not-integer']);
    },
  );

  test('refuses a state that is unknown, or never notified', () => {
    expect(receiveCodes({ state: '11000' })).toEqual(['state: state-unknown']);
    expect(receiveCodes({ state: '-1' })).toEqual(['state: state-never-notified']);
  });

  test('keeps spaces and an empty userName', () => {
    const read = fromFields(taskStateChange, new Map([...sent, ['userName', ''], ['houseId', ' a ']]));
    expect(read).toMatchObject({ ok: true, values: { userName: '', houseId: ' a ' } });
  });

  test('refuses an undeclared name even when its value is empty', () => {
    expect(receiveCodes({ admin: '' })).toEqual(['admin: field-undeclared']);
    expect(receiveCodes({ constructor: 'x' })).toEqual(['constructor: field-undeclared']);
  });

  test('hands over the extra parameters that were declared, when they come', () => {
    const options = { extra: ['cityId', 'shop'] };
    const read = fromFields(taskStateChange, new Map([...sent, ['cityId', '330100']]), options);
    expect(read).toMatchObject({ ok: true, extra: { cityId: '330100' } });
    const control = fromFields(taskStateChange, new Map([...sent, ['cityId', '\u0000']]), options);
    expect(control).toMatchObject({
      ok: false,
      faults: [{ code: 'field-control-character', field: 'cityId' }],
    });
  });

  test('requires userId and userName in the seed only', () => {
    const four = new Map([...sent].slice(0, 4));
    const seed = fromFields(taskStateChange, four);
    expect(seed.ok ? [] : codes(seed.faults)).toEqual(['userId: field-missing', 'userName: field-missing']);
    const { userId: _id, userName: _name, ...values } = change;
    expect(fromFields(taskStateChange, four, { revision: '2021-05' })).toEqual({
      ok: true,
      values,
      extra: {},
    });
  });

  test('keeps an empty userName in revision 2021-05, where it is allowed to be empty', () => {
    const read = fromFields(taskStateChange, new Map([...sent, ['userName', '']]), { revision: '2021-05' });
    expect(read).toMatchObject({ ok: true, values: { userName: '' } });
  });

  test('takes userId and userName in revision 2021-05 too, an empty userId as absent', () => {
    const revision = '2021-05' as const;
    expect(fromFields(taskStateChange, sent, { revision })).toMatchObject({ ok: true, values: change });
    const empty = fromFields(taskStateChange, new Map([...sent, ['userId', '']]), { revision });
    expect(empty.ok && Object.keys(empty.values)).not.toContain('userId');
  });

  test('reports all faults at once', () => {
    const read = fromFields(
      taskStateChange,
      new Map([
        ['state', '01'],
        ['houseId', ''],
        ['b', '1'],
      ]),
    );
    expect(read.ok ? [] : codes(read.faults)).toEqual([
      'state: field-not-integer',
      'houseTaskId: field-missing',
      'houseId: field-too-short',
      'packageId: field-missing',
      'userId: field-missing',
      'userName: field-missing',
      'b: field-undeclared',
    ]);
  });

  test('reads back what was sent', () => {
    const extra = { cityId: '330100' };
    const fields = toFields(taskStateChange, change, { extra });
    expect(fromFields(taskStateChange, fields, { extra: ['cityId'] })).toEqual({
      ok: true,
      values: change,
      extra,
    });
  });
});
