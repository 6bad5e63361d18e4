import { type Claim, type Memory, Refuse } from '@doorbell/receiver';
import { describe, expect, it } from 'vitest';

import { recordingReceiver } from './recording-receiver.ts';
import { form, KEY, NOW, seedFields, signature, signedRequest, unsignedRequest } from './signed-request.ts';
import { SECRET, webhookRequest } from './webhook-request.ts';

const SUCCESS = '{"state":200,"payload":"Success"}';

describe('a repeat', () => {
  it('is answered like the first without running the handler, whatever its spelling', async () => {
    const { receiver, changes } = recordingReceiver();
    const request = signedRequest();
    const reversed = form(Object.fromEntries(Object.entries(seedFields).reverse()));
    const sign = signature(seedFields, String(NOW)).toUpperCase();
    const respelled = unsignedRequest(reversed, { timestamp: String(NOW), sign });
    for (const copy of [request, request, respelled]) {
      expect(await receiver.receive(copy)).toMatchObject({ status: 200, body: SUCCESS });
    }
    expect(changes).toHaveLength(1);
  });

  it('that the platform signs anew is told by its webhook-id under the HMAC, and not under MD5', async () => {
    const { receiver, changes } = recordingReceiver({ webhookSecrets: SECRET });
    for (const timestamp of [NOW, NOW + 5000, NOW + 35_000]) {
      await receiver.receive(webhookRequest(seedFields, { timestamp, sequence: 3 }));
    }
    expect(changes).toHaveLength(1);
    for (const timestamp of [NOW + 1, NOW + 2])
      await receiver.receive(signedRequest(seedFields, { timestamp }));
    expect(changes).toHaveLength(3);
  });

  it('is not spotted by headers that nobody signed', async () => {
    const { receiver, changes } = recordingReceiver();
    const headers = { 'webhook-id': 'task-1.1', 'doorbell-sequence': '1' };
    await receiver.receive(signedRequest(seedFields, { headers }));
    await receiver.receive(signedRequest({ ...seedFields, state: '51000' }, { headers }));
    expect(changes.map(({ state }) => state)).toEqual([50000, 51000]);
  });

  it('of an unsigned notification runs the handler again: nothing tells it from a new one', async () => {
    const { receiver, changes } = recordingReceiver({ signKeys: [], allowUnsigned: true });
    for (let round = 0; round < 2; round++) await receiver.receive(unsignedRequest(form(seedFields)));
    expect(changes).toHaveLength(2);
  });

  it('of a state that comes again is none: 45000, 40000, 45000 are three changes', async () => {
    const { receiver, changes } = recordingReceiver({ webhookSecrets: SECRET });
    for (const [index, state] of ['45000', '40000', '45000'].entries()) {
      await receiver.receive(webhookRequest({ ...seedFields, state }, { sequence: index + 1 }));
    }
    expect(changes.map(({ state }) => state)).toEqual([45000, 40000, 45000]);
  });
});

describe('copies at once', () => {
  it('wait for the first and get its answer: 50 copies, one run', async () => {
    let runs = 0;
    const { receiver } = recordingReceiver({
      onChange: async () => {
        runs++;
        await new Promise((resolve) => setImmediate(resolve));
      },
    });
    const answers = await Promise.all(Array.from({ length: 50 }, () => receiver.receive(signedRequest())));
    expect(runs).toBe(1);
    expect(answers.map(({ body }) => body)).toEqual(Array(50).fill(SUCCESS));
    expect(answers.filter(({ outcome }) => outcome === 'repeat')).toHaveLength(49);
  });

  it('share a failure too, and the next try runs the handler again', async () => {
    let runs = 0;
    const { receiver, refusals } = recordingReceiver({
      onChange: async () => {
        runs++;
        await new Promise((resolve) => setImmediate(resolve));
        if (runs === 1) throw Refuse(500, 'later');
      },
    });
    const answers = await Promise.all([1, 2, 3].map(() => receiver.receive(signedRequest())));
    expect(answers.map(({ body }) => body)).toEqual(Array(3).fill('{"state":500,"payload":"later"}'));
    expect(refusals).toHaveLength(3);
    expect((await receiver.receive(signedRequest())).outcome).toBe('accepted');
    expect(runs).toBe(2);
  });

  it('with the text cut into other fields do not wait: they are refused', async () => {
    const { receiver, refusals } = recordingReceiver({
      onChange: () => new Promise((resolve) => setImmediate(resolve)),
    });
    const forged = { ...seedFields, userId: 'user-a张', userName: '三 Lee' };
    const sign = signature(forged, String(NOW), KEY);
    const [first, second] = await Promise.all([
      receiver.receive(signedRequest()),
      receiver.receive(unsignedRequest(form(forged), { timestamp: String(NOW), sign })),
    ]);
    expect([first.outcome, second.outcome]).toEqual(['accepted', 'refused']);
    expect(refusals).toMatchObject([{ code: 'sign-reused', field: 'sign', state: 401 }]);
  });
});

describe('a memory that fails', () => {
  const failing = async (): Promise<never> => {
    throw new Error('connection refused');
  };
  const claim = (changed: Partial<Claim<undefined>>): Memory => ({
    begin: async () => ({
      outcome: 'new',
      claim: { receipt: undefined, commit: async () => {}, release: async () => {}, ...changed },
    }),
  });

  it('before the handler: answered 500, so that the platform tries again', async () => {
    const { receiver, changes, refusals } = recordingReceiver({ memory: { begin: failing } });
    expect((await receiver.receive(signedRequest())).body).toBe('{"state":500,"payload":"internal error"}');
    expect(refusals).toMatchObject([
      { code: 'memory-failed', state: 500, cause: { message: 'connection refused' } },
    ]);
    expect(changes).toEqual([]);
  });

  it('after the handler: the effect is there, so it is answered with success, and the log is told', async () => {
    const { receiver, refusals } = recordingReceiver({ memory: claim({ commit: failing }) });
    expect((await receiver.receive(signedRequest())).body).toBe(SUCCESS);
    expect(refusals).toMatchObject([{ code: 'memory-failed' }]);
  });

  it('after a handler that failed: the answer is the handler’s', async () => {
    const { receiver, refusals } = recordingReceiver({
      memory: claim({ release: failing }),
      onChange: () => {
        throw Refuse(403, 'no');
      },
    });
    expect((await receiver.receive(signedRequest())).body).toBe('{"state":403,"payload":"no"}');
    expect(refusals).toMatchObject([{ code: 'handler-refused' }]);
  });
});
