import { describe, expect, it } from 'vitest';
import { type Acknowledged, type Arrival, type End, type Evidence, judge } from './oracle.ts';

const accepted = { answer: 'accepted', isComplete: true } as const;

/** A change of task `t`, number n, whose event is `e<n>`. */
function change(sequence: number): Acknowledged {
  return { customerId: 'c', houseTaskId: 't', sequence, state: 9000, event: `e${sequence}` };
}

/** Arrives at `order` and is answered just after it, unless the end says otherwise. */
function arrival(sequence: number, order: number, end: Partial<End> = {}): Arrival {
  return {
    order,
    at: order,
    endpointId: 'e',
    houseTaskId: 't',
    sequence,
    attempt: 1,
    timestamp: order,
    contents: { event: `e${sequence}`, state: 9000, verdict: 'verified' },
    end: { order: order + 1, at: order + 1, ...accepted, ...end },
  };
}

function evidence(given: Partial<Evidence>): Evidence {
  return {
    acknowledged: [change(1), change(2)],
    arrivals: [arrival(1, 1), arrival(2, 3)],
    rolledBack: new Set(),
    endpointsOf: new Map([['c', ['e']]]),
    findDoubt: () => null,
    ...given,
  };
}

const nothing = { lost: [], misordered: [], duplicates: [], neverCommitted: [], untrue: [] };

describe('the oracle finds no fault with', () => {
  it('a run in which each change arrived once, in order', () => {
    expect(judge(evidence({}))).toEqual({ ...nothing, notifications: 2, repeats: new Map() });
  });

  it('a refusal, which is as final as an acceptance', () => {
    const arrivals = [arrival(1, 1, { answer: 'refused' }), arrival(2, 3)];
    expect(judge(evidence({ arrivals }))).toMatchObject(nothing);
  });

  it('a repeat that the endpoint asked for, or whose first answer was cut, and counts it', () => {
    const arrivals = [
      arrival(1, 1, { answer: 'retry' }),
      arrival(1, 3, { isComplete: false }),
      arrival(1, 5),
      arrival(2, 7),
    ];
    const judged = judge(evidence({ arrivals }));
    expect(judged).toMatchObject(nothing);
    expect([...judged.repeats.values()]).toEqual([2]);
  });

  it('a repeat after a doubt, and counts it by its reason', () => {
    const arrivals = [arrival(1, 1), arrival(1, 3), arrival(2, 5)];
    const judged = judge(evidence({ arrivals, findDoubt: () => 'killed' }));
    expect(judged).toMatchObject(nothing);
    expect(judged.repeats).toEqual(new Map([['killed', 1]]));
  });

  it('the first change of a task at each of the two endpoints of its customer', () => {
    const arrivals = [arrival(1, 1), { ...arrival(1, 3), endpointId: 'f' }];
    const endpointsOf = new Map([['c', ['e', 'f']]]);
    expect(judge(evidence({ acknowledged: [change(1)], arrivals, endpointsOf }))).toMatchObject(nothing);
  });
});

describe('the oracle catches what is lost or out of order:', () => {
  it('a change that never arrived', () => {
    const { lost } = judge(evidence({ arrivals: [arrival(1, 1)] }));
    expect(lost).toEqual(['e/t/2 (event e2) arrived 0 times and was never accepted or refused']);
  });

  it('a change that arrived at one endpoint of its customer and not at the other', () => {
    const endpointsOf = new Map([['c', ['e', 'f']]]);
    expect(judge(evidence({ endpointsOf })).lost).toHaveLength(2);
  });

  it('a change whose only answer never arrived whole', () => {
    const arrivals = [arrival(1, 1), arrival(2, 3, { isComplete: false })];
    expect(judge(evidence({ arrivals })).lost).toHaveLength(1);
  });

  it('a change that is still asked for again at the end', () => {
    const arrivals = [arrival(1, 1), arrival(2, 3, { answer: 'retry' })];
    expect(judge(evidence({ arrivals })).lost).toHaveLength(1);
  });

  it('a first delivery before the change ahead of it was answered', () => {
    const arrivals = [arrival(1, 1, { order: 4 }), arrival(2, 3)];
    expect(judge(evidence({ arrivals })).misordered).toEqual([
      'e/t/2 arrived when 1 had no final answer yet',
    ]);
  });

  it('a first delivery after an answer that asked for another try', () => {
    const arrivals = [arrival(1, 1, { answer: 'retry' }), arrival(2, 3), arrival(1, 5)];
    expect(judge(evidence({ arrivals })).misordered).toHaveLength(1);
  });

  it('a first delivery after an answer that was dropped', () => {
    const arrivals = [arrival(1, 1, { isComplete: false }), arrival(2, 3), arrival(1, 5)];
    expect(judge(evidence({ arrivals })).misordered).toHaveLength(1);
  });

  it('a gap: the change ahead never arrived', () => {
    const judged = judge(evidence({ arrivals: [arrival(2, 3)] }));
    expect(judged.misordered).toEqual(['e/t/2 arrived when 1 never arrived']);
    expect(judged.lost).toHaveLength(1);
  });

  it('a wrong order whatever the order in which the arrivals were told', () => {
    const arrivals = [arrival(2, 3), arrival(1, 5)];
    expect(judge(evidence({ arrivals })).misordered).toHaveLength(1);
    expect(judge(evidence({ arrivals: arrivals.toReversed() })).misordered).toHaveLength(1);
  });
});

describe('the oracle catches what should not have arrived:', () => {
  it('a repeat after an acceptance, and after a refusal', () => {
    for (const answer of ['accepted', 'refused'] as const) {
      const arrivals = [arrival(1, 1, { answer }), arrival(2, 3), arrival(1, 5)];
      expect(judge(evidence({ arrivals })).duplicates).toEqual([
        `e/t/1, try 1, arrived although try 1 had been ${answer}`,
      ]);
    }
  });

  it('a repeat while the first is still being answered', () => {
    const arrivals = [arrival(1, 1, { order: 6, answer: 'retry' }), arrival(1, 3), arrival(2, 7)];
    expect(judge(evidence({ arrivals })).duplicates).toHaveLength(1);
  });

  it('a repeat of which only one of two certain answers was in doubt', () => {
    const arrivals = [arrival(1, 1), arrival(1, 3), arrival(1, 5), arrival(2, 7)];
    const findDoubt = (first: Arrival) => (first.order === 1 ? 'killed' : null);
    const judged = judge(evidence({ arrivals, findDoubt }));
    expect(judged.duplicates).toHaveLength(1);
    expect(judged.repeats).toEqual(new Map([['killed', 1]]));
  });

  it('a change that was rolled back', () => {
    const rolledBack = new Set(['r1']);
    const contents = { event: 'r1', state: 9000, verdict: 'verified' };
    const arrivals = [arrival(1, 1), arrival(2, 3), { ...arrival(3, 5), contents }];
    expect(judge(evidence({ arrivals, rolledBack })).neverCommitted).toEqual([
      'e/t/3 carries event r1, which was rolled back',
    ]);
  });

  it('a change that nobody appended', () => {
    const arrivals = [arrival(1, 1), arrival(2, 3), arrival(3, 5)];
    expect(judge(evidence({ arrivals })).neverCommitted).toHaveLength(1);
  });

  it('contents of another change, and a signature that does not match', () => {
    for (const contents of [
      { event: 'e1', state: 9000, verdict: 'verified' },
      { event: 'e2', state: 10000, verdict: 'verified' },
      { event: 'e2', state: 9000, verdict: 'the sign does not match' },
    ]) {
      const arrivals = [arrival(1, 1), { ...arrival(2, 3), contents }];
      expect(judge(evidence({ arrivals })).untrue).toHaveLength(1);
    }
  });
});
