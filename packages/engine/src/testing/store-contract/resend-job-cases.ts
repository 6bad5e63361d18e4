import { expect } from 'vitest';
import type { Actor } from '../../audit.ts';
import type { ResendJobDraft } from '../../resend-job.ts';
import type { Cases } from '../store-contract.ts';
import { refused } from './world.ts';

const leaseMs = 15_000;
const start = { done: 0, cursor: null } as const;
const about = { id: 'j1', filter: { result: 3, endpointId: 'e1' }, total: 7, startedBy: 'ops' } as const;
const draft: ResendJobDraft = { ...about, alone: false };
const ops: Actor = { kind: 'user', id: 'ops', address: null };

export const resendJobCases: Cases = {
  'start, and mean only what was recorded until then': async (world) => {
    const startedAt = world.clock.now();
    const job = await world.store.startResendJob(draft);
    expect(job).toEqual({
      ...about,
      filter: { ...draft.filter, to: startedAt + 1 },
      state: 'running',
      done: 0,
      resent: 0,
      cursor: null,
      startedAt,
      endedAt: null,
    });
    const earlier = await world.store.startResendJob({ ...draft, id: 'j2', filter: { to: 5 } });
    expect(earlier?.filter).toEqual({ to: 5 });
    expect(await world.store.findResendJob('j1')).toEqual(job);
    expect(await world.store.findResendJob('nothing')).toBeUndefined();
    world.clock.advance(1_000);
    await world.store.startResendJob({ ...draft, id: 'j3' });
    expect((await world.store.listResendJobs(2)).map(({ id }) => id)).toEqual(['j3', 'j2']);
  },

  'are listed by who started them': async (world) => {
    for (const [id, startedBy] of Object.entries({ j1: 'ada', j2: 'bob', j3: 'ada' })) {
      await world.store.startResendJob({ ...draft, id, startedBy });
      world.clock.advance(1);
    }
    const idsOf = async (...how: [number, string?]) =>
      (await world.store.listResendJobs(...how)).map(({ id }) => id);
    expect(await idsOf(9, 'ada')).toEqual(['j3', 'j1']);
    expect(await idsOf(1, 'bob')).toEqual(['j2']);
    expect(await idsOf(9, 'eve')).toEqual([]);
    expect(await idsOf(9)).toEqual(['j3', 'j2', 'j1']);
  },

  'that are to run alone start one at a time for each who starts them, also when several ask at once': async (
    world,
  ) => {
    const start = (id: string, startedBy: string) =>
      world.store.startResendJob({ ...draft, id, startedBy, alone: true }, ops);
    const ids = ['j1', 'j2', 'j3', 'j4', 'j5', 'j6'];
    const started = await Promise.all([...ids.map((id) => start(id, 'ada')), start('j7', 'bob')]);
    const [first, ...others] = started.filter((job) => job?.startedBy === 'ada');
    expect(others).toEqual([]);
    expect(started.at(-1)).toMatchObject({ id: 'j7', state: 'running' });
    expect(await world.store.listResendJobs(9)).toHaveLength(2);
    // What did not start did not happen.
    expect((await world.store.listAudit({ action: 'resend.start' }, { limit: 9 })).items).toHaveLength(2);
    expect(await start('j8', 'ada')).toBeUndefined();
    await world.store.stopResendJob(first?.id ?? '');
    expect(await start('j8', 'ada')).toMatchObject({ id: 'j8' });
    expect(await world.store.startResendJob({ ...draft, id: 'j9', startedBy: 'ada' })).toMatchObject({
      id: 'j9',
    });
  },

  'are on record with who started them, and what they meant': async (world) => {
    await world.store.startResendJob(draft, ops);
    const { items } = await world.store.listAudit({}, { limit: 9 });
    const after = { result: 3, endpointId: 'e1', matches: 7 };
    expect(items).toMatchObject([{ action: 'resend.start', target: 'j1', actor: ops, before: null, after }]);
  },

  'are run by one at a time, and taken up where they were when that one is gone': async (world) => {
    await world.store.startResendJob(draft);
    expect(await world.store.claimResendJob(leaseMs)).toMatchObject({ id: 'j1', done: 0 });
    expect(await world.store.claimResendJob(leaseMs)).toBeUndefined();
    world.clock.advance(leaseMs - 1);
    expect(
      await world.store.stepResendJob({ id: 'j1', done: 3, resend: [], cursor: 'c', from: start }, leaseMs),
    ).toBe(true);
    world.clock.advance(leaseMs - 1);
    expect(await world.store.claimResendJob(leaseMs)).toBeUndefined();
    world.clock.advance(1);
    expect(await world.store.claimResendJob(leaseMs)).toMatchObject({ done: 3, cursor: 'c' });
  },

  'are not taken back by who was thought to be gone': async (world) => {
    const step = (done: number, cursor: string | null, from: { done: number; cursor: string | null }) =>
      world.store.stepResendJob({ id: 'j1', done, resend: [], cursor, from }, leaseMs);
    await world.store.startResendJob(draft);
    await world.store.claimResendJob(leaseMs);
    world.clock.advance(leaseMs);
    const other = await world.store.claimResendJob(leaseMs);
    expect(other).toMatchObject(start);
    expect(await step(3, 'c', start)).toBe(true);
    expect(await step(3, 'c', start)).toBe(false);
    expect(await step(5, 'd', { done: 3, cursor: 'c' })).toBe(true);
    expect(await world.store.findResendJob('j1')).toMatchObject({ done: 5, cursor: 'd', state: 'running' });
  },

  'resend a part, note it, and end with the last, all or nothing': async (world) => {
    await world.setUp();
    await world.appendMany('t1', 3);
    const parts = [await world.deliver(), await world.deliver(refused), await world.deliver()];
    const resend = parts.map(({ laneId, sequence }) => ({ laneId, sequence, onlyIf: 1 as const }));
    await world.store.startResendJob(draft);
    await world.store.claimResendJob(leaseMs);
    const step = (from: { done: number; cursor: null }) =>
      world.store.stepResendJob({ id: 'j1', done: 3, resend, cursor: null, from }, leaseMs);
    expect(await step({ done: 1, cursor: null })).toBe(false);
    expect(await world.claim()).toEqual([]);
    expect(await step(start)).toBe(true);
    const endedAt = world.clock.now();
    const ended = { state: 'done', done: 3, resent: 2, cursor: null, endedAt };
    expect(await world.store.findResendJob('j1')).toMatchObject(ended);
    expect(await world.drain()).toEqual(['t1.1', 't1.3']);
    // As who repeats it after a crash would.
    expect(await step(start)).toBe(false);
    expect(await world.drain()).toEqual([]);
  },

  'take no step once they are stopped, and end once': async (world) => {
    await world.store.startResendJob(draft);
    await world.store.claimResendJob(leaseMs);
    world.clock.advance(1_000);
    const stopped = await world.store.stopResendJob('j1');
    expect(stopped).toMatchObject({ state: 'stopped', endedAt: world.clock.now() });
    expect(
      await world.store.stepResendJob({ id: 'j1', done: 9, resend: [], cursor: null, from: start }, leaseMs),
    ).toBe(false);
    expect(await world.store.stopResendJob('j1')).toEqual(stopped);
    world.clock.advance(leaseMs);
    expect(await world.store.claimResendJob(leaseMs)).toBeUndefined();
    expect(await world.store.stopResendJob('nothing')).toBeUndefined();
  },
};
