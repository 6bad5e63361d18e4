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

/** The first was claimed 20 ms before it arrived and recorded 40 ms after. */
function doubt(sources: Partial<DoubtSources>): string | null {
  const complete: DoubtSources = {
    findSender: () => well,
    findClaimedAt: ({ at }) => at - 20,
    findSettledAt: () => 10_040,
    findNextRecordAt: () => undefined,
    lockHolders: [],
    ...sources,
  };
  return createDoubts(complete).findDoubt(first, second);
}

const killedAt = (from: number): Life => ({ ...well, killed: { from, to: from + 2 } });
const stoppedAt = (from: number, to: number, isTooLong = true): Life => ({
  ...well,
  stops: [{ from, to, isTooLong }],
});
/** What a life records that goes on all the time. */
const always = (_: Life, from: number): number => from;

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

  it('comes from a kill that was over when the receiver came to read what the dead had sent', () => {
    const unrecorded = { findSettledAt: () => null };
    expect(doubt({ ...unrecorded, findSender: () => killedAt(9_860) })).toMatch(/killed/);
    expect(doubt({ ...unrecorded, findSender: () => killedAt(7_000) })).toBeNull();
  });

  it('of an outcome that was never recorded ends when the sender records what came two seconds later', () => {
    const unrecorded = { findSettledAt: () => null, findNextRecordAt: always };
    expect(doubt({ ...unrecorded, findSender: () => killedAt(12_000) })).toMatch(/killed/);
    expect(doubt({ ...unrecorded, findSender: () => killedAt(12_100) })).toBeNull();
  });

  it('of an outcome that was never recorded lasts while the sender records nothing, as when it stood still', () => {
    const unrecorded = { findSettledAt: () => null };
    const killedAfterStop = { ...stoppedAt(10_020, 13_000, false), killed: { from: 14_200, to: 14_202 } };
    expect(doubt({ ...unrecorded, findSender: () => killedAfterStop })).toMatch(/killed/);
    const findNextRecordAt = (_: Life, from: number) => (from <= 13_900 ? 13_900 : undefined);
    expect(doubt({ ...unrecorded, findNextRecordAt, findSender: () => killedAfterStop })).toBeNull();
  });

  it('of an outcome that was never recorded ends with the lease', () => {
    expect(doubt({ findSettledAt: () => null, findSender: () => killedAt(55_001) })).toBeNull();
  });

  it('of an outcome that was never recorded lasts while one stands still that may hold its lane', () => {
    const unrecorded = { findSettledAt: () => null, findNextRecordAt: always };
    const lockHolders = [{ from: 11_000, to: 13_000 }];
    expect(doubt({ ...unrecorded, lockHolders, findSender: () => killedAt(14_900) })).toMatch(/killed/);
    expect(doubt({ ...unrecorded, lockHolders, findSender: () => killedAt(15_100) })).toBeNull();
    const stoppedForLong = [{ from: 11_000, to: 59_000 }];
    const killedLate = killedAt(28_100);
    expect(doubt({ ...unrecorded, lockHolders: stoppedForLong, findSender: () => killedLate })).toBeNull();
    const before = [{ from: 5_000, to: 9_000 }];
    expect(doubt({ ...unrecorded, lockHolders: before, findSender: () => killedAt(12_100) })).toBeNull();
  });

  it('comes from a stop of the sender beyond the lease, and from no shorter one', () => {
    expect(doubt({ findSender: () => stoppedAt(10_020, 58_000) })).toMatch(/stopped/);
    expect(doubt({ findSender: () => stoppedAt(10_020, 11_000, false) })).toBeNull();
    expect(doubt({ findSender: () => stoppedAt(10_100, 58_000) })).toBeNull();
  });

  it('comes from a stop beyond the lease between the claim and the request', () => {
    expect(doubt({ findSender: () => stoppedAt(9_985, 9_995) })).toMatch(/stopped/);
    expect(doubt({ findSender: () => stoppedAt(9_970, 9_975) })).toBeNull();
  });

  it('comes from a second sender that claimed before it was stopped beyond the lease, and goes on', () => {
    const late = (one: Life, claimedAt: number) => ({
      findSender: (of: Arrival) => (of === first ? well : one),
      findClaimedAt: () => claimedAt,
    });
    expect(doubt(late(stoppedAt(9_000, 59_500), 8_990))).toMatch(/sent by one/);
    expect(doubt(late(stoppedAt(9_000, 59_500), 59_600))).toBeNull();
    expect(doubt(late(stoppedAt(9_000, 60_500), 8_990))).toBeNull();
    expect(doubt(late(stoppedAt(9_000, 59_500, false), 8_990))).toBeNull();
    expect(doubt({ ...late(stoppedAt(9_000, 59_500), 0), findClaimedAt: () => undefined })).toBeNull();
  });
});

describe('harm to a sender', () => {
  it('comes from a stop between signature and request, where nobody notes claims', () => {
    const late = { ...first, timestamp: 9_000 };
    const sources = { findClaimedAt: () => undefined, findSettledAt: () => 10_040 };
    const harm = (stop: Life, of: Arrival) =>
      createDoubts({
        ...sources,
        findSender: () => stop,
        findNextRecordAt: () => undefined,
        lockHolders: [],
      }).findHarm(of);
    expect(harm(stoppedAt(9_001, 9_990), late)).toMatch(/stopped beyond the lease/);
    expect(harm(stoppedAt(9_001, 9_990, false), late)).toBeNull();
    expect(harm(stoppedAt(8_000, 8_999), late)).toBeNull();
    expect(harm(stoppedAt(9_001, 9_990), { ...late, timestamp: 10_000 })).toBeNull();
  });
});
