import { describe, expect, it } from 'vitest';
import { createDoubts, type DoubtSources, type Life } from './doubt.ts';
import type { Arrival } from './oracle.ts';

const well: Life = { name: 'worker-1.1', killed: null, stops: [] };

/** Arrives at 10,000 ms and is answered 10 ms later, unless told otherwise. */
function arrival(at = 10_000): Arrival {
  return {
    order: at,
    at,
    endpointId: 'e',
    houseTaskId: 't',
    sequence: 1,
    attempt: 1,
    timestamp: at,
    contents: null,
    end: { order: at + 10, at: at + 10, answer: 'accepted', isComplete: true },
  };
}

const first = arrival();
const second = arrival(60_000);

/** The first was recorded 40 ms after it had arrived. */
function doubt(sources: Partial<DoubtSources>): string | null {
  const complete = { findSender: () => well, findSettledAt: () => 10_040, databaseAway: [], ...sources };
  return createDoubts(complete).findDoubt(first, second);
}

const killedAt = (from: number): Life => ({ ...well, killed: { from, to: from + 2 } });
const stoppedAt = (from: number, to: number, isTooLong = true): Life => ({
  ...well,
  stops: [{ from, to, isTooLong }],
});

describe('doubt about a certain answer', () => {
  it('there is none while the sender is well, or when nobody knows who sent it', () => {
    expect(doubt({})).toBeNull();
    expect(doubt({ findSettledAt: () => null })).toBeNull();
    expect(doubt({ findSender: () => undefined })).toBeNull();
  });

  it('comes from a kill of the sender before the outcome was recorded, and not after', () => {
    expect(doubt({ findSender: () => killedAt(10_020) })).toMatch(/killed/);
    expect(doubt({ findSender: () => killedAt(10_041) })).toBeNull();
    expect(doubt({ findSender: () => killedAt(9_000) })).toBeNull();
  });

  it('of an outcome that was never recorded ends two seconds after the answer', () => {
    const findSettledAt = () => null;
    expect(doubt({ findSettledAt, findSender: () => killedAt(12_000) })).toMatch(/killed/);
    expect(doubt({ findSettledAt, findSender: () => killedAt(12_100) })).toBeNull();
  });

  it('of an outcome that was never recorded waits for the database to come back', () => {
    const unrecorded = { findSettledAt: () => null, findSender: () => killedAt(14_000) };
    expect(doubt({ ...unrecorded, databaseAway: [{ from: 11_000, to: 13_000 }] })).toMatch(/killed/);
    expect(doubt({ ...unrecorded, databaseAway: [{ from: 13_500, to: 14_500 }] })).toBeNull();
  });

  it('comes from a stop of the sender beyond the lease, and from no shorter one', () => {
    expect(doubt({ findSender: () => stoppedAt(10_020, 58_000) })).toMatch(/stopped/);
    expect(doubt({ findSender: () => stoppedAt(10_020, 11_000, false) })).toBeNull();
    expect(doubt({ findSender: () => stoppedAt(10_100, 58_000) })).toBeNull();
  });

  it('comes from a second sender that had been stopped beyond the lease and goes on', () => {
    const late = (one: Life) => ({ findSender: (of: Arrival) => (of === first ? well : one) });
    expect(doubt(late(stoppedAt(9_000, 59_500)))).toMatch(/sent by one/);
    expect(doubt(late(stoppedAt(9_000, 57_000)))).toBeNull();
    expect(doubt(late(stoppedAt(10_500, 59_500)))).toBeNull();
    expect(doubt(late(stoppedAt(9_000, 59_500, false)))).toBeNull();
  });

  it('comes neither from a lost connection nor from a restart of the database alone', () => {
    expect(doubt({ databaseAway: [{ from: 10_000, to: 12_000 }] })).toBeNull();
  });
});
