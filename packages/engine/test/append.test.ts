import { describe, expect, it } from 'vitest';
import { append, InvalidChanges, type NewChange, type Store } from '../src/index.ts';
import { aChange } from './a-claim.ts';

const { sequence: _, transition: __, createdAt: ___, ...newChange } = aChange;

/** Appending what is faulty must end before the store: this one has nothing to call. */
async function faultsOf(...changes: NewChange[]): Promise<readonly (readonly [number, string | null])[]> {
  const ports = { store: {} as Store, wakeup: { hint() {}, async wait() {} } };
  const error = await append(changes, ports).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(InvalidChanges);
  return (error as InvalidChanges).faults.map(({ index, field }) => [index, field] as const);
}

describe('a change that the contract would not let onto the wire', () => {
  it.each<[string, Partial<NewChange>, string]>([
    ['a houseTaskId of 33 characters', { houseTaskId: 'x'.repeat(33) }, 'houseTaskId'],
    ['a houseId of 65 characters', { houseId: 'x'.repeat(65) }, 'houseId'],
    ['a packageId of 129 characters', { packageId: 'x'.repeat(129) }, 'packageId'],
    ['a userId of 33 characters', { userId: 'x'.repeat(33) }, 'userId'],
    ['an empty id', { houseId: '' }, 'houseId'],
    ['a state that does not exist', { state: 12345 }, 'state'],
    ['the state that is never notified', { state: -1 }, 'state'],
    ['NaN', { state: Number.NaN }, 'state'],
    ['a fraction', { state: 50000.5 }, 'state'],
    ['a lone surrogate', { userName: 'a\ud800' }, 'userName'],
    ['NUL', { userName: 'a\0b' }, 'userName'],
    ['a line feed', { userName: 'a\nb' }, 'userName'],
    ['an extra parameter with the name of a field', { extra: { state: '1' } }, 'state'],
    ['an extra parameter with a name that cannot be one', { extra: { 'a b': '1' } }, 'a b'],
    ['an empty eventId', { eventId: '' }, 'eventId'],
    ['an eventId of 129 characters', { eventId: 'x'.repeat(129) }, 'eventId'],
    ['an eventId with a control character', { eventId: 'a\u0007' }, 'eventId'],
  ])('%s is refused and named', async (_name, change, field) => {
    expect(await faultsOf({ ...newChange, ...change })).toEqual([[0, field]]);
  });

  it('is named by its place, with all of its faults, among good ones', async () => {
    const bad = { ...newChange, state: 1, houseId: '', userName: 'x\0' };
    const faults = await faultsOf(newChange, bad, newChange, { ...newChange, houseTaskId: '' });
    expect([...faults].sort()).toEqual([
      [1, 'houseId'],
      [1, 'state'],
      [1, 'userName'],
      [3, 'houseTaskId'],
    ]);
  });
});
