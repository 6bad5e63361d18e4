import { type Claim, type Memory, Refuse } from '@doorbell/receiver';
import { describe, expect, it } from 'vitest';

import { recordingReceiver } from './recording-receiver.ts';
import {
  form,
  KEY,
  NOW,
  seedFields,
  signature,
  signedRequest,
  type TestRequest,
  unsignedRequest,
} from './signed-request.ts';
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
      const options = { sequence: index + 1, timestamp: NOW + index };
      await receiver.receive(webhookRequest({ ...seedFields, state }, options));
    }
    expect(changes.map(({ state }) => state)).toEqual([45000, 40000, 45000]);
  });
});

describe('a copy stripped of its HMAC', () => {
  const recut = (): TestRequest => {
    const forged = { ...seedFields, userId: 'user-a张', userName: '三 Lee' };
    return unsignedRequest(form(forged), { timestamp: String(NOW), sign: signature(forged, String(NOW)) });
  };

  it('of a stale change does not run the handler', async () => {
    const { receiver, changes } = recordingReceiver({ webhookSecrets: SECRET });
    const late = { ...seedFields, state: '45000' };
    await receiver.receive(webhookRequest(seedFields, { sequence: 5 }));
    expect((await receiver.receive(webhookRequest(late, { sequence: 4 }))).outcome).toBe('stale');
    expect((await receiver.receive(signedRequest(late))).outcome).toBe('repeat');
    expect(changes).toHaveLength(1);
  });

  it('and cut into other fields is refused while the handler runs and after it failed', async () => {
    let fail = (): void => {};
    const { receiver, refusals } = recordingReceiver({
      webhookSecrets: SECRET,
      onChange: () =>
        new Promise((_, reject) => {
          fail = () => reject(new Error('the database is away'));
        }),
    });
    const first = receiver.receive(webhookRequest());
    expect((await receiver.receive(recut())).outcome).toBe('refused');
    expect((await receiver.receive(signedRequest())).outcome).toBe('refused');
    fail();
    await first;
    expect((await receiver.receive(recut())).outcome).toBe('refused');
    const codes = ['sign-reused', 'notification-in-progress', 'handler-failed', 'sign-reused'];
    expect(refusals.map(({ code }) => code)).toEqual(codes);
  });

  it('that comes first makes the full one a repeat', async () => {
    const { receiver, changes } = recordingReceiver({ webhookSecrets: SECRET });
    expect((await receiver.receive(signedRequest())).outcome).toBe('accepted');
    expect((await receiver.receive(webhookRequest())).outcome).toBe('repeat');
    expect(changes).toHaveLength(1);
  });

  it('of a try that waited for the one before is a repeat', async () => {
    const { receiver, changes } = recordingReceiver({ webhookSecrets: SECRET });
    const timestamp = NOW + 5000;
    const tries = [webhookRequest(), webhookRequest(seedFields, { timestamp })];
    const answers = await Promise.all(tries.map((request) => receiver.receive(request)));
    expect(answers.map(({ outcome }) => outcome)).toEqual(['accepted', 'repeat']);
    expect((await receiver.receive(signedRequest(seedFields, { timestamp }))).outcome).toBe('repeat');
    expect(changes).toHaveLength(1);
  });
});

describe('a handler that never ends', () => {
  it('holds its notification for 60 s; then those who wait are answered and the next copy runs', async () => {
    let now = NOW;
    let runs = 0;
    const { receiver, refusals } = recordingReceiver({
      webhookSecrets: SECRET,
      now: () => now,
      onChange: () => (++runs === 1 ? new Promise(() => {}) : undefined),
    });
    void receiver.receive(webhookRequest());
    const waiting = receiver.receive(webhookRequest());
    now += 60_000;
    expect((await receiver.receive(webhookRequest())).outcome).toBe('accepted');
    expect((await waiting).body).toBe('{"state":500,"payload":"notification-in-progress"}');
    expect(refusals.map(({ code }) => code)).toEqual(['notification-in-progress']);
    expect(runs).toBe(2);
  });

  it('that ends after all does not let go of the run that came after it', async () => {
    let now = NOW;
    const ends: (() => void)[] = [];
    const { receiver } = recordingReceiver({
      now: () => now,
      onChange: () => new Promise((resolve) => ends.push(resolve)),
    });
    const first = receiver.receive(signedRequest());
    await expect.poll(() => ends.length).toBe(1);
    now += 60_000;
    const second = receiver.receive(signedRequest());
    await expect.poll(() => ends.length).toBe(2);
    ends[0]?.();
    expect((await first).outcome).toBe('accepted');
    const copy = receiver.receive(signedRequest());
    ends[1]?.();
    expect((await second).outcome).toBe('accepted');
    expect((await copy).outcome).toBe('repeat');
    expect(ends).toHaveLength(2);
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

  it('that throws at once, or gives no promise, is like one that rejects, or resolves', async () => {
    const throwing = (): never => {
      throw new Error('closed');
    };
    const careless = claim({ commit: throwing, release: throwing });
    const { receiver, refusals } = recordingReceiver({ memory: careless });
    expect((await receiver.receive(signedRequest())).body).toBe(SUCCESS);
    expect(refusals).toMatchObject([{ code: 'memory-failed' }]);

    const nothing = (() => {}) as unknown as () => Promise<void>;
    const silent = claim({ commit: nothing, release: nothing });
    let runs = 0;
    const onChange = (): void => {
      if (++runs === 1) throw Refuse(403, 'no');
    };
    const other = recordingReceiver({ memory: silent, onChange });
    expect((await other.receiver.receive(signedRequest())).body).toBe('{"state":403,"payload":"no"}');
    expect((await other.receiver.receive(signedRequest())).body).toBe(SUCCESS);
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
