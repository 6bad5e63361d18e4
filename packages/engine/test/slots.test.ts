import { describe, expect, it } from 'vitest';
import { Slots } from '../src/slots.ts';

describe('the slots of a process', () => {
  const due = [{ endpointId: 'e1', dueInMs: 0, inFlightMax: 4 }];
  const slots = () => new Slots(8, { countOf: () => 0, wantedOf: () => 0 });

  it('are shared among the endpoints that have work, with a part to spare', () => {
    const shared = slots();
    expect(shared.share(due, new Map())).toEqual([{ endpointId: 'e1', quota: 4 }]);
    const other = { endpointId: 'e2', dueInMs: 0, inFlightMax: 4 };
    expect(shared.share([...due, other], new Map())).toEqual([
      { endpointId: 'e1', quota: 2 },
      { endpointId: 'e2', quota: 2 },
    ]);
  });

  it('leave every endpoint its room when it is only asked whether there is something to claim', () => {
    const shared = slots();
    shared.share(due, new Map());
    expect(shared.wouldShare([])).toBe(false);
    expect(shared.wouldShare(due)).toBe(true);
    expect(shared.hasRoom('e1')).toBe(true);
  });
});
