import {
  type Begun,
  type Claim,
  type Memory,
  type MemoryEntry,
  type NotNew,
  type Receiver,
  Refuse,
} from '@doorbell/receiver';
import { describe, expect, it } from 'vitest';

import { recordingReceiver } from './recording-receiver.ts';
import { form, KEY, NOW, seedFields, signature, signedRequest, unsignedRequest } from './signed-request.ts';
import { SECRET, webhookRequest } from './webhook-request.ts';

const LEASE_MS = 60_000;
const DAY_MS = 86_400_000;

interface EntryOptions {
  key?: string;
  layout?: string;
  alias?: string;
  aliasLayout?: string;
  sequence?: number;
  houseTaskId?: string;
  now?: number;
}

/** What the receiver tells a memory, by hand. */
export function entry(options: EntryOptions = {}): MemoryEntry {
  const { key = 'sign:a', layout = 'state=5', now = NOW, houseTaskId = 'task-1' } = options;
  const forgetAt = now + DAY_MS;
  return {
    known: { key, layout, forgetAt },
    alias:
      options.alias === undefined
        ? null
        : { key: options.alias, layout: options.aliasLayout ?? layout, forgetAt },
    place: options.sequence === undefined ? null : { houseTaskId, sequence: options.sequence, forgetAt },
    now,
    leaseUntil: now + LEASE_MS,
  };
}

async function claimOf(begun: Begun<unknown> | Promise<Begun<unknown>>): Promise<Claim<unknown>> {
  const result = await begun;
  if (result.outcome !== 'new') throw new Error(`not new but ${result.outcome}`);
  return result.claim;
}

async function outcomeOf(memory: Memory<unknown>, of: MemoryEntry): Promise<NotNew | 'new'> {
  return (await memory.begin(of)).outcome;
}

async function handled(memory: Memory<unknown>, of: MemoryEntry): Promise<void> {
  await (await claimOf(memory.begin(of))).commit();
}

let scopes = 0;
/** A scope of its own for every test, so that they share one table or server and nothing in it. */
export const nextScope = (): string => `test-${process.pid}-${++scopes}:`;

/** The one suite that every memory passes. `open` gives the memory of a scope. */
export function describeMemory(name: string, open: (scope: string) => Memory<unknown>): void {
  describe(`memory contract, ${name}`, () => {
    describeKeys(() => open(nextScope()));
    describeOrder(() => open(nextScope()));
    describeAliases(() => open(nextScope()));
    describeReceivers(() => open(nextScope()));

    it('keeps the scopes of several endpoints apart', async () => {
      const [one, other] = [open(nextScope()), open(nextScope())];
      await handled(one, entry({ key: 'id:task-1.2', sequence: 2 }));
      expect(await outcomeOf(other, entry({ key: 'id:task-1.2', sequence: 2 }))).toBe('new');
      expect(await outcomeOf(other, entry({ key: 'id:task-1.1', sequence: 1 }))).toBe('new');
    });
  });
}

function describeKeys(open: () => Memory<unknown>): void {
  it('calls what it has handled a repeat', async () => {
    const memory = open();
    await handled(memory, entry());
    expect(await outcomeOf(memory, entry())).toBe('repeat');
    expect(await outcomeOf(memory, entry({ key: 'sign:b' }))).toBe('new');
  });

  it('calls the same sign over other fields reused, whether handled, begun or released', async () => {
    const memory = open();
    const claim = await claimOf(memory.begin(entry()));
    const forged = entry({ layout: 'state=1' });
    expect(await outcomeOf(memory, forged)).toBe('reused');
    await claim.release();
    expect(await outcomeOf(memory, forged)).toBe('reused');
    await handled(memory, entry());
    expect(await outcomeOf(memory, forged)).toBe('reused');
  });

  it('is busy with what has begun, until it is released or outlives its lease', async () => {
    const memory = open();
    const claim = await claimOf(memory.begin(entry()));
    expect(await outcomeOf(memory, entry())).toBe('busy');
    await claim.release();
    expect(await outcomeOf(memory, entry())).toBe('new');
    expect(await outcomeOf(memory, entry({ now: NOW + LEASE_MS - 1 }))).toBe('busy');
    expect(await outcomeOf(memory, entry({ now: NOW + LEASE_MS }))).toBe('new');
  });

  it('does not let a run that outlived its lease release the next one', async () => {
    const memory = open();
    const late = await claimOf(memory.begin(entry()));
    const next = await claimOf(memory.begin(entry({ now: NOW + LEASE_MS })));
    await late.release();
    expect(await outcomeOf(memory, entry({ now: NOW + LEASE_MS }))).toBe('busy');
    await next.commit();
    await late.release();
    expect(await outcomeOf(memory, entry({ now: NOW + LEASE_MS }))).toBe('repeat');
  });

  it('knows what was handled with an HMAC by its sign too', async () => {
    const memory = open();
    await handled(memory, entry({ key: 'id:task-1.1', layout: '', alias: 'sign:a', sequence: 1 }));
    expect(await outcomeOf(memory, entry({ layout: '' }))).toBe('repeat');
    expect(await outcomeOf(memory, entry({ layout: 'state=1' }))).toBe('reused');
  });

  it('forgets in time', async () => {
    const memory = open();
    await handled(memory, entry({ key: 'id:task-1.2', sequence: 2 }));
    const later = NOW + DAY_MS;
    expect(await outcomeOf(memory, entry({ key: 'id:task-1.2', sequence: 2, now: later - 1 }))).toBe(
      'repeat',
    );
    expect(await outcomeOf(memory, entry({ key: 'id:task-1.1', sequence: 1, now: later }))).toBe('new');
    await handled(memory, entry({ key: 'id:task-1.2', sequence: 2, now: later }));
    expect(await outcomeOf(memory, entry({ key: 'id:task-1.2', sequence: 2, now: later }))).toBe('repeat');
  });

  it('remembers nothing of an unsigned notification', async () => {
    const memory = open();
    const unsigned = { ...entry(), known: null };
    for (let round = 0; round < 2; round++) {
      const claim = await claimOf(memory.begin(unsigned));
      await claim.release();
      await claim.commit();
    }
  });

  it('lets one of many at once begin', async () => {
    const memory = open();
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcomeOf(memory, entry())));
    expect(outcomes.sort()).toEqual([...Array(49).fill('busy'), 'new']);
  });

  it('goes on when it clears away what is past its time', async () => {
    const memory = open();
    for (let index = 0; index < 300; index++) {
      await handled(memory, entry({ key: `sign:${index}`, now: NOW + index * DAY_MS }));
    }
    const last = NOW + 299 * DAY_MS;
    expect(await outcomeOf(memory, entry({ key: 'sign:299', now: last }))).toBe('repeat');
    expect(await outcomeOf(memory, entry({ key: 'sign:298', now: last }))).toBe('new');
  });
}

function describeOrder(open: () => Memory<unknown>): void {
  const change = (sequence: number, options: EntryOptions = {}) =>
    entry({ key: `id:task-1.${sequence}`, layout: '', sequence, ...options });

  it('calls a change stale when a later one of its task was handled, and only then', async () => {
    const memory = open();
    await handled(memory, change(5));
    expect(await outcomeOf(memory, change(4))).toBe('stale');
    expect(await outcomeOf(memory, change(5))).toBe('repeat');
    expect(await outcomeOf(memory, change(6))).toBe('new');
    expect(await outcomeOf(memory, change(4, { key: 'id:task-2.4', houseTaskId: 'task-2' }))).toBe('new');
  });

  it('calls a late repeat of a change that it has handled a repeat, not stale', async () => {
    const memory = open();
    await handled(memory, change(4));
    await handled(memory, change(5));
    expect(await outcomeOf(memory, change(4))).toBe('repeat');
  });

  it('does not count a change that has only begun, or failed', async () => {
    const memory = open();
    const claim = await claimOf(memory.begin(change(5)));
    expect(await outcomeOf(memory, change(3))).toBe('new');
    await claim.release();
    expect(await outcomeOf(memory, change(4))).toBe('new');
  });

  it('never goes back: an earlier change that ends last does not lower the mark', async () => {
    const memory = open();
    const early = await claimOf(memory.begin(change(4)));
    await handled(memory, change(6));
    await early.commit();
    expect(await outcomeOf(memory, change(5))).toBe('stale');
    expect(await outcomeOf(memory, change(7))).toBe('new');
  });

  it('knows the last handled change of a task even when its key is forgotten', async () => {
    const memory = open();
    const brief = change(5);
    await handled(memory, { ...brief, known: { key: 'id:task-1.5', layout: '', forgetAt: NOW + 1 } });
    expect(await outcomeOf(memory, change(5, { now: NOW + 1 }))).toBe('repeat');
    expect(await outcomeOf(memory, change(4, { now: NOW + 1 }))).toBe('stale');
  });

  it('compares sequences as numbers, up to the largest', async () => {
    const memory = open();
    await handled(memory, change(9));
    expect(await outcomeOf(memory, change(10))).toBe('new');
    await handled(memory, change(999_999_999_999_999));
    expect(await outcomeOf(memory, change(999_999_999_999_998))).toBe('stale');
  });
}

/** The full notification, under the HMAC, and its copy stripped of that. */
function describeAliases(open: () => Memory<unknown>): void {
  const full = (sequence = 4, options: EntryOptions = {}) =>
    entry({
      key: `id:task-1.${sequence}`,
      layout: '',
      alias: 'sign:a',
      aliasLayout: 'state=5',
      sequence,
      ...options,
    });
  const stripped = (options: EntryOptions = {}) => entry({ key: 'sign:a', ...options });
  const recut = entry({ key: 'sign:a', layout: 'state=1' });

  it('knows what was stale, also stripped, and calls the full one stale again', async () => {
    const memory = open();
    await handled(memory, full(5, { alias: 'sign:b' }));
    expect(await outcomeOf(memory, full(4))).toBe('stale');
    expect(await outcomeOf(memory, stripped())).toBe('repeat');
    expect(await outcomeOf(memory, recut)).toBe('reused');
    expect(await outcomeOf(memory, full(4))).toBe('stale');
  });

  it('knows the sign of a repeat that was signed anew', async () => {
    const memory = open();
    await handled(memory, full(4));
    expect(await outcomeOf(memory, full(4, { alias: 'sign:b' }))).toBe('repeat');
    expect(await outcomeOf(memory, stripped({ key: 'sign:b' }))).toBe('repeat');
    expect(await outcomeOf(memory, stripped({ key: 'sign:b', layout: 'state=1' }))).toBe('reused');
  });

  it('is busy with both, until both are released or outlive their lease; a recut one is reused throughout', async () => {
    const memory = open();
    const claim = await claimOf(memory.begin(full()));
    expect(await outcomeOf(memory, stripped())).toBe('busy');
    expect(await outcomeOf(memory, recut)).toBe('reused');
    await claim.release();
    expect(await outcomeOf(memory, recut)).toBe('reused');
    expect(await outcomeOf(memory, full())).toBe('new');
    expect(await outcomeOf(memory, stripped({ now: NOW + LEASE_MS - 1 }))).toBe('busy');
    expect(await outcomeOf(memory, stripped({ now: NOW + LEASE_MS }))).toBe('new');
    expect(await outcomeOf(memory, full(4, { now: NOW + LEASE_MS }))).toBe('busy');
  });

  it('calls the full one a repeat when the stripped one was handled, and counts its sequence', async () => {
    const memory = open();
    const claim = await claimOf(memory.begin(stripped()));
    expect(await outcomeOf(memory, full())).toBe('busy');
    await claim.commit();
    expect(await outcomeOf(memory, full())).toBe('repeat');
    expect(await outcomeOf(memory, full(4, { alias: 'sign:b' }))).toBe('repeat');
    expect(await outcomeOf(memory, full(3, { alias: 'sign:c' }))).toBe('stale');
  });

  it('calls the full one reused when its sign came before over other fields', async () => {
    const memory = open();
    await handled(memory, recut);
    expect(await outcomeOf(memory, full())).toBe('reused');
    expect(await outcomeOf(memory, full(4, { alias: 'sign:b' }))).toBe('new');
  });

  it('does not let a run that outlived its lease release the sign of the next one', async () => {
    const memory = open();
    const late = await claimOf(memory.begin(full()));
    const next = await claimOf(memory.begin(full(4, { now: NOW + LEASE_MS })));
    await late.release();
    expect(await outcomeOf(memory, stripped({ now: NOW + LEASE_MS }))).toBe('busy');
    await next.commit();
    expect(await outcomeOf(memory, stripped({ now: NOW + LEASE_MS }))).toBe('repeat');
  });

  it('lets one of many full and stripped ones at once begin', async () => {
    const memory = open();
    const copies = Array.from({ length: 40 }, (_, index) =>
      outcomeOf(memory, index % 2 ? full() : stripped()),
    );
    const begun = (await Promise.all(copies)).filter((outcome) => outcome === 'new');
    expect(begun).toHaveLength(1);
  });
}

/** Two receivers over one memory stand for two processes: in one, copies wait for each other. */
function describeReceivers(open: () => Memory<unknown>): void {
  const bothPolicies = { webhookSecrets: SECRET, policy: 'prefer-hmac' } as const;

  function pair(onChange: () => void | Promise<void>): { receivers: Receiver[]; codes: string[] } {
    const memory = open();
    const codes: string[] = [];
    const onRefused = ({ code }: { code: string }) => void codes.push(code);
    const create = () =>
      recordingReceiver({ ...bothPolicies, memory: memory as Memory, onChange, onRefused });
    return { receivers: [create().receiver, create().receiver], codes };
  }

  it.each([
    ['under MD5', signedRequest()],
    ['under the HMAC', webhookRequest()],
  ])('runs the handler once for 50 copies at once to two processes, %s', async (_name, request) => {
    let runs = 0;
    const { receivers, codes } = pair(async () => {
      runs++;
      await new Promise((resolve) => setImmediate(resolve));
    });
    const copies = Array.from({ length: 50 }, (_, index) => receivers[index % 2]?.receive(request));
    const answers = await Promise.all(copies);
    expect(runs).toBe(1);
    expect(answers.filter((answer) => answer?.outcome === 'accepted')).toHaveLength(1);
    expect(new Set(codes)).toEqual(new Set(codes.length === 0 ? [] : ['notification-in-progress']));
    for (const receiver of receivers) expect((await receiver.receive(request)).outcome).toBe('repeat');
    expect(runs).toBe(1);
  });

  it('has the same notification handled again when the handler failed, and then no more', async () => {
    let runs = 0;
    const { receivers, codes } = pair(() => {
      runs++;
      if (runs === 1) throw new Error('the database is away');
      if (runs === 2) throw Refuse(500, 'not yet');
    });
    const outcomes: string[] = [];
    for (const index of [0, 1, 0, 1]) {
      const answer = await receivers[index]?.receive(webhookRequest());
      outcomes.push(answer?.outcome ?? '');
    }
    expect(outcomes).toEqual(['refused', 'refused', 'accepted', 'repeat']);
    expect(codes).toEqual(['handler-failed', 'handler-refused']);
    expect(runs).toBe(3);
  });

  it('answers a change that comes after a later one as stale, without running the handler', async () => {
    let runs = 0;
    const { receivers } = pair(() => void runs++);
    await receivers[0]?.receive(webhookRequest(seedFields, { sequence: 8 }));
    const late = { ...seedFields, state: '45000' };
    const answer = await receivers[1]?.receive(webhookRequest(late, { sequence: 7 }));
    expect(answer).toMatchObject({ status: 200, outcome: 'stale', body: '{"state":200,"payload":"stale"}' });
    expect(runs).toBe(1);
  });

  it.each([
    ['a clock that gives parts of milliseconds', { now: () => NOW + 0.25 }],
    ['a tolerance of ages', { toleranceMs: Number.MAX_SAFE_INTEGER }],
  ])('works with %s', async (_name, options) => {
    const { receiver } = recordingReceiver({ ...bothPolicies, ...options, memory: open() as Memory });
    for (const outcome of ['accepted', 'repeat']) {
      expect((await receiver.receive(webhookRequest())).outcome).toBe(outcome);
    }
  });

  it('refuses a sign that comes back over other fields, also when the HMAC was stripped', async () => {
    for (const original of [signedRequest(), webhookRequest()]) {
      const { receivers, codes } = pair(() => {});
      await receivers[0]?.receive(original);
      const forged = { ...seedFields, packageId: 'package-a5000', state: '0' };
      const sign = signature(seedFields, String(NOW), KEY);
      const request = unsignedRequest(form(forged), { timestamp: String(NOW), sign });
      const answer = await receivers[1]?.receive(request);
      expect(answer?.body).toBe('{"state":401,"payload":"authentication failed"}');
      expect(codes).toEqual(['sign-reused']);
      expect((await receivers[1]?.receive(signedRequest()))?.outcome).toBe('repeat');
    }
  });
}
