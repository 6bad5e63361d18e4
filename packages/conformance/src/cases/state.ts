import { taskStates } from '@doorbell/contract';

import { delivers, refuses } from '../case-shapes.ts';
import { type ConformanceCase, plainDelivery } from '../conformance-case.ts';
import { findDeliveryFault, findFirst } from '../judge.ts';

const whyOf: Readonly<Record<number, string>> = {
  0: 'State 0, upload failed, is a state like the others; a test for "nothing" takes the number 0 for a missing value.',
};

const notified = taskStates.filter((state) => state.notified);

export const stateCases: readonly ConformanceCase[] = [
  // 50000 is the state of the plain delivery.
  ...notified
    .filter(({ code }) => code !== 50_000)
    .map(({ code, en }) =>
      delivers(
        {
          id: `state-${code}`,
          why: whyOf[code] ?? `State ${code}, ${en}, is one of the states that are notified.`,
          sends: `state=${code}`,
          hint:
            code === 0
              ? 'Test for absence (undefined, null, None), not for truth: 0, "0" and "" differ from "not sent".'
              : `Have ${code} among the known states. All of them: ${notified.map((state) => state.code).join(', ')}.`,
        },
        (probe) => probe.sign(probe.fields({ state: String(code) })),
      ),
    ),
  {
    id: 'state-recurs',
    level: 'must',
    why: 'States recur, such as 45000, 40000, 45000 when a customer sends a tour back, so task and state do not identify a notification.',
    sends: 'three notifications of one task: 45000, 40000, 45000',
    accepts: 'success, three times',
    hint: 'Recognise a repeat by its sign (or by webhook-id), never by houseTaskId and state.',
    needs: [plainDelivery],
    run: async (probe) => {
      const ids = probe.newIds();
      const faults: (string | null)[] = [];
      for (const [index, state] of ['45000', '40000', '45000'].entries()) {
        const fields = probe.fields({ ...ids, state });
        // A millisecond apart, as a retry or the next change would be: else two of them were the same bytes.
        const timestamp = String(probe.nowMs() + index);
        const request = probe.sign(fields, { timestamp, webhook: { sequence: index + 1 } });
        faults.push(findDeliveryFault(await probe.send(request)));
      }
      return findFirst(faults);
    },
  },
  {
    id: 'state-outside-diagram',
    level: 'should',
    why: 'The published diagram of steps is no promise: a change that skips a state is notified all the same.',
    sends: 'two notifications of one task: 50000, then 9000',
    accepts: 'success, twice',
    hint: 'Store the state that was notified; do not refuse a step because the diagram does not have it.',
    needs: [plainDelivery],
    run: async (probe) => {
      const ids = probe.newIds();
      const faults: (string | null)[] = [];
      for (const [index, state] of ['50000', '9000'].entries()) {
        const request = probe.sign(probe.fields({ ...ids, state }), { webhook: { sequence: index + 1 } });
        faults.push(findDeliveryFault(await probe.send(request)));
      }
      return findFirst(faults);
    },
  },
  refuses(
    {
      id: 'state-minus-1',
      level: 'hardened',
      why: 'State -1 answers queries and is never notified; whoever sends it is not the platform.',
      sends: 'state=-1, rightly signed',
      hint: 'Have a closed list of notified states and refuse every other.',
    },
    (probe) => probe.sign(probe.fields({ state: '-1' })),
  ),
];
