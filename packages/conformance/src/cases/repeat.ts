import { type ConformanceCase, plainDelivery } from '../conformance-case.ts';
import { describeAnswer, findDeliveryFault, findEnvelope, findFirst } from '../judge.ts';
import type { Probe } from '../probe.ts';
import { formOf } from '../signed-request.ts';

const observable = ({ settings }: Probe): string | null =>
  settings.effectsUrl === null ? 'the run was given no URL that counts effects' : null;
const identified = (probe: Probe): string | null =>
  probe.settings.webhookSecret === null ? 'the run was given no webhook secret' : observable(probe);

const remember =
  'Remember the sign of what you handled (in the transaction of the effect, under a unique key), and answer 200 to a repeat without acting again.';

function findCountFault(effects: number | null, expected: number): string | null {
  return effects === null || effects === expected
    ? null
    : `expected ${expected} effect${expected === 1 ? '' : 's'}, counted ${effects}`;
}

export const repeatCases: readonly ConformanceCase[] = [
  {
    id: 'repeat-answered',
    level: 'must',
    why: 'When an answer gets lost the same notification comes again; refusing it has it sent for three days.',
    sends: 'the same bytes twice',
    accepts: 'success, twice',
    hint: 'Answer a repeat as the first time: state 200, not "already processed" under another state.',
    needs: [plainDelivery],
    run: async (probe) => {
      const request = probe.sign(probe.fields());
      const exchanges = [await probe.send(request), await probe.send(request)];
      return findFirst(exchanges.map(findDeliveryFault));
    },
  },
  {
    id: 'repeat-signed-anew',
    level: 'must',
    why: 'A retry is signed anew with the time of the retry.',
    sends: 'the same fields twice, with different timestamps',
    accepts: 'success, twice',
    hint: 'Answer a repeat as the first time; do not let a unique key on task and state end in an error.',
    needs: [plainDelivery],
    run: async (probe) => {
      const fields = probe.fields();
      const nowMs = probe.nowMs();
      const first = await probe.send(probe.sign(fields, { timestamp: String(nowMs - 5000) }));
      const second = await probe.send(probe.sign(fields, { timestamp: String(nowMs) }));
      return findFirst([first, second].map(findDeliveryFault));
    },
  },
  {
    id: 'repeat-in-parallel',
    level: 'must',
    why: 'A repeat may arrive while the first is still being handled; one of them has to win, the others may be told to come again.',
    sends: 'the same bytes 8 times at once',
    accepts: 'envelopes with state 200, at least one, or 500',
    hint: 'Let the database decide (a unique key, a lock), wait for the first or answer 500; never crash, never answer 403 or 401.',
    needs: [plainDelivery],
    run: async (probe) => {
      const request = probe.sign(probe.fields());
      const exchanges = await probe.sendTogether(Array.from({ length: 8 }, () => request));
      const states = exchanges.map((exchange) => findEnvelope(exchange)?.state);
      const bad = exchanges[states.findIndex((state) => state !== 200 && state !== 500)];
      if (bad !== undefined) return describeAnswer(bad);
      return states.includes(200) ? null : 'none of the eight was accepted';
    },
  },
  {
    id: 'repeat-runs-once',
    level: 'should',
    why: 'A repeat that acts again sends the mail twice.',
    sends: 'the same bytes twice',
    accepts: 'one effect',
    hint: remember,
    needs: ['repeat-answered'],
    findLack: observable,
    run: async (probe) => {
      const request = probe.sign(probe.fields());
      const effects = await probe.effectsOf(1, async () => {
        await probe.send(request);
        await probe.send(request);
      });
      return findCountFault(effects, 1);
    },
  },
  {
    id: 'repeat-in-parallel-runs-once',
    level: 'should',
    why: 'Two workers that look before either has written both act.',
    sends: 'the same bytes 8 times at once',
    accepts: 'one effect',
    hint: `${remember} Look and write in one step; do not look first and write afterwards.`,
    needs: ['repeat-in-parallel'],
    findLack: observable,
    run: async (probe) => {
      const request = probe.sign(probe.fields());
      const effects = await probe.effectsOf(1, async () => {
        await probe.sendTogether(Array.from({ length: 8 }, () => request));
      });
      return findCountFault(effects, 1);
    },
  },
  {
    id: 'repeat-of-state-runs-again',
    level: 'should',
    why: 'A state that recurs is a change of its own: 45000, 40000, 45000 are three.',
    sends: 'three changes of one task: 45000, 40000, 45000',
    accepts: 'three effects',
    hint: 'Recognise repeats by their sign (or webhook-id), never by task and state.',
    needs: ['state-recurs'],
    findLack: observable,
    run: async (probe) => {
      const ids = probe.newIds();
      const effects = await probe.effectsOf(3, async () => {
        for (const [index, state] of ['45000', '40000', '45000'].entries()) {
          const timestamp = String(probe.nowMs() + index);
          const webhook = { sequence: index + 1 };
          await probe.send(probe.sign(probe.fields({ ...ids, state }), { timestamp, webhook }));
        }
      });
      return findCountFault(effects, 3);
    },
  },
  {
    id: 'repeat-refused-has-no-effect',
    level: 'must',
    why: 'What is refused must not have been acted upon before.',
    sends: 'a wrong sign, and another state under a right sign',
    accepts: 'no effect',
    hint: 'Verify everything before the first write.',
    needs: [plainDelivery],
    findLack: observable,
    run: async (probe) => {
      const fields = probe.fields();
      const changed = formOf(fields).replace('state=50000', 'state=51000');
      const effects = await probe.effectsOf(0, async () => {
        await probe.send(probe.sign(fields, { sign: 'ab'.repeat(16), webhook: 'none' }));
        await probe.send(probe.sign(fields, { body: changed, webhook: 'none' }));
      });
      return findCountFault(effects, 0);
    },
  },
  {
    id: 'repeat-of-webhook-id-runs-once',
    level: 'hardened',
    why: 'webhook-id is the same in every retry, so that also a retry signed anew is recognised.',
    sends: 'one change twice, each signed anew, under one webhook-id',
    accepts: 'success, twice, and one effect',
    hint: 'Remember the webhook-id once its HMAC is verified.',
    needs: ['repeat-signed-anew'],
    findLack: identified,
    run: async (probe) => {
      const fields = probe.fields();
      const faults: (string | null)[] = [];
      const effects = await probe.effectsOf(1, async () => {
        for (const agoMs of [5000, 0]) {
          const timestamp = String(probe.nowMs() - agoMs);
          faults.push(findDeliveryFault(await probe.send(probe.sign(fields, { timestamp }))));
        }
      });
      return findFirst(faults) ?? findCountFault(effects, 1);
    },
  },
  {
    id: 'repeat-of-older-sequence',
    level: 'hardened',
    why: 'A late repeat of an older change must not take the task back.',
    sends: 'changes 2 and then 1 of one task, by their signed sequence',
    accepts: 'success, twice, and one effect',
    hint: 'Keep the highest sequence per task (the number after the last dot of webhook-id), and answer 200 to an older one without acting.',
    needs: [plainDelivery],
    findLack: identified,
    run: async (probe) => {
      const ids = probe.newIds();
      const faults: (string | null)[] = [];
      const effects = await probe.effectsOf(1, async () => {
        for (const [sequence, state] of [
          [2, '50000'],
          [1, '45000'],
        ] as const) {
          const request = probe.sign(probe.fields({ ...ids, state }), { webhook: { sequence } });
          faults.push(findDeliveryFault(await probe.send(request)));
        }
      });
      return findFirst(faults) ?? findCountFault(effects, 1);
    },
  },
];
