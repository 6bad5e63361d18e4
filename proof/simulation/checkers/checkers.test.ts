import { describe, expect, it } from 'vitest';
import { History } from './a-history.ts';

const advance = { kind: 'advance', result: 1 } as const;
const retry = { kind: 'retry', delayMs: 5_000 } as const;
const nothing = { tasks: [], notifications: [] };

describe('a history without fault', () => {
  it('is found without fault', () => {
    const history = new History();
    history.append(1);
    history.append(2);
    history.deliver(1, 1);
    history.deliver(2, 2);
    expect(history.found).toEqual([]);
  });

  it('may hold a retry after its delay', () => {
    const history = new History();
    history.append(1);
    history.claim(1, 1);
    history.exchange(1, 1, 'retry');
    history.settle(1, 1, retry);
    history.nowMs += 5_000;
    history.claim(1, 2, 2);
    history.exchange(1, 2);
    history.settle(1, 2, advance);
    expect(history.found).toEqual([]);
  });
});

describe('a checker catches', () => {
  it('a change that overtakes another', () => {
    const history = new History();
    history.append(1);
    history.append(2);
    history.claim(2, 1);
    expect(history.found).toContain('order');
  });

  it('a change that is sent again after it was delivered', () => {
    const history = new History();
    history.append(1);
    history.deliver(1, 1);
    history.claim(1, 2);
    history.post(1);
    expect(history.found).toEqual(expect.arrayContaining(['nothing after the end', 'duplicates']));
  });

  it('a lane that is claimed while it is leased', () => {
    const history = new History();
    history.append(1);
    history.claim(1, 1);
    history.nowMs += 44_999;
    history.claim(1, 2, 2);
    expect(history.found).toEqual(['one live attempt']);
  });

  it('a settlement that is applied after another claim of the lane', () => {
    const history = new History();
    history.append(1);
    history.claim(1, 1);
    history.exchange(1);
    history.nowMs += 45_000;
    history.claim(1, 2, 2);
    history.settle(1, 1, advance);
    expect(history.found).toContain('fence');
  });

  it('an answer that its worker knew and did not settle while its lease lasted', () => {
    const unsettled = (stalledForMs: number) => {
      const history = new History();
      history.append(1);
      history.claim(1, 1);
      history.exchange(1);
      if (stalledForMs > 0)
        history.tell({ kind: 'stalled', worker: 1, untilMs: history.nowMs + stalledForMs });
      history.nowMs = 45_000;
      history.claim(1, 2, 2);
      return history.found;
    };
    expect(unsettled(0)).toEqual(['told in time']);
    expect(unsettled(40_000)).toEqual([]);
  });

  it('a retry before its time', () => {
    const history = new History();
    history.append(1);
    history.claim(1, 1);
    history.exchange(1, 1, 'retry');
    history.settle(1, 1, retry);
    history.nowMs += 4_999;
    history.claim(1, 2, 2);
    expect(history.found).toEqual(['before its time']);
  });

  it('a claim of a paused endpoint', () => {
    const history = new History();
    history.append(1);
    history.tell({ kind: 'paused', endpointId: 'e1' });
    history.claim(1, 1);
    expect(history.found).toEqual(['before its time']);
  });
});

describe('a checker catches what was decided wrongly', () => {
  const decided = (means: 'retry' | 'refused' | 'gone', step: Parameters<History['settle']>[2]) => {
    const history = new History();
    history.append(1);
    history.claim(1, 1);
    history.exchange(1, 1, means);
    history.settle(1, 1, step);
    return history.found;
  };

  it('a delay off the schedule', () => {
    expect(decided('retry', { kind: 'retry', delayMs: 6_100 })).toEqual(['retry schedule']);
  });

  it('giving up before the horizon', () => {
    expect(decided('retry', { kind: 'advance', result: 3 })).toEqual(['retry schedule']);
  });

  it('a refusal that is tried again, and a doubt that counts as delivered', () => {
    expect(decided('refused', retry)).toEqual(['reply meaning']);
    expect(decided('retry', advance)).toEqual(['reply meaning']);
  });

  it('tries that are counted wrongly', () => {
    const history = new History();
    history.append(1);
    history.claim(1, 1, 2);
    expect(history.found).toEqual(['tries']);
  });
});

describe('a checker catches in the ledger and in the limits', () => {
  it('a gap in the sequence, and a repeated event with a sequence of its own', () => {
    const history = new History();
    history.append(1, { eventId: 'E' });
    history.append(3);
    history.append(2, { eventId: 'E' });
    expect(history.found).toEqual(['dense ledger', 'dense ledger']);
  });

  it('more requests in flight than are allowed', () => {
    const history = new History({ inFlightMax: 1 });
    history.append(1);
    history.claim(1, 1);
    history.post(1);
    history.post(1);
    expect(history.found).toContain('bounded in flight');
  });

  it('a wait with nothing in the way', () => {
    const history = new History();
    history.append(1);
    history.nowMs += 1_500;
    history.claim(1, 1);
    expect(history.found).toEqual(['waiting']);
  });

  it('a failure that nobody made', () => {
    const history = new History();
    history.tell({ kind: 'engine-failed', doing: 'claim', error: 'Error', injected: false });
    expect(history.found).toEqual(['no surprise']);
  });
});

describe('a checker catches at the end', () => {
  it('what was appended and is nowhere', () => {
    const history = new History();
    history.append(1);
    expect(history.finish(nothing)).toEqual(expect.arrayContaining(['no loss', 'dense ledger']));
  });

  it('a request that is not on record', () => {
    const history = new History();
    history.append(1);
    history.deliver(1, 1);
    expect(history.finish(nothing)).toContain('attempts match requests');
  });
});
