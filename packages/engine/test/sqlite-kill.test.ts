import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { World } from '../src/testing/store-contract/world.ts';
import { openTestStore } from './sqlite-test-store.ts';

describe('a server that is killed with kill -9', () => {
  it('keeps others out while it lives, and leaves all that it acknowledged to the next', async () => {
    const subject = openTestStore();
    await new World(subject).setUp();
    await subject.store.close();

    const script = join(import.meta.dirname, 'sqlite-owner-process.ts');
    const owner = spawn(process.execPath, ['--conditions=doorbell-source', script, subject.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let acknowledged = 0;
    for await (const line of createInterface({ input: owner.stdout })) {
      acknowledged = Number(line);
      if (acknowledged === 20) expect(() => subject.reopen()).toThrow(/Another Doorbell is running/);
      if (acknowledged === 40) owner.kill('SIGKILL');
    }
    if (owner.signalCode === null) await once(owner, 'exit');
    expect(owner.signalCode).toBe('SIGKILL');

    const store = subject.reopen();
    const [task] = await store.findTasks('t1');
    expect(acknowledged).toBeGreaterThanOrEqual(40);
    expect(task?.lastSequence).toBeGreaterThanOrEqual(acknowledged);
    expect(task?.changes.map((change) => change.sequence)).toEqual(
      Array.from({ length: task?.lastSequence ?? 0 }, (_, index) => index + 1),
    );
    const world = new World({ ...subject, store });
    expect((await world.claimOne()).attempt).toBe(2);
    expect(await world.store.listAttempts({ laneId: 1, sequence: 1 })).toMatchObject([{ reason: 'lost' }]);
    await subject.close();
  });
});
