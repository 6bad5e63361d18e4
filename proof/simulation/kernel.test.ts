import { seededRandom } from '@doorbell/engine/testing';
import { describe, expect, it } from 'vitest';
import { Kernel, type Owner } from './kernel.ts';

const anOwner = (within: Owner | null = null): Owner => ({ dead: false, stalledUntilMs: 0, within });

describe('the kernel', () => {
  it('runs events in the order of their time, and lets promises go as far as they can in between', async () => {
    const kernel = new Kernel(seededRandom(1));
    const seen: string[] = [];
    kernel.schedule(20, null, () => seen.push(`second at ${kernel.nowMs}`));
    kernel.schedule(10, null, () => {
      void Promise.resolve()
        .then(() => undefined)
        .then(() => seen.push('promise of the first'));
    });
    await kernel.run(1_000, () => false);
    expect(seen).toEqual(['promise of the first', 'second at 20']);
    expect(kernel.nowMs).toBe(1_000);
  });

  it('orders events of the same time by the seed', async () => {
    const orderOf = async (seed: number) => {
      const kernel = new Kernel(seededRandom(seed));
      const seen: number[] = [];
      for (let event = 0; event < 8; event += 1) kernel.schedule(5, null, () => seen.push(event));
      await kernel.run(5, () => false);
      return seen.join();
    };
    expect(await orderOf(1)).toBe(await orderOf(1));
    expect(await orderOf(1)).not.toBe(await orderOf(2));
  });

  it('drops the events of the dead, with all that lives within them', async () => {
    const kernel = new Kernel(seededRandom(1));
    const process = anOwner();
    const seen: string[] = [];
    kernel.schedule(5, anOwner(process), () => seen.push('worker'));
    kernel.schedule(5, null, () => seen.push('network'));
    process.dead = true;
    await kernel.run(10, () => false);
    expect(seen).toEqual(['network']);
  });

  it('lets the events of one who hangs wait until it goes on', async () => {
    const kernel = new Kernel(seededRandom(1));
    const worker = anOwner();
    const seen: number[] = [];
    kernel.schedule(5, worker, () => seen.push(kernel.nowMs));
    worker.stalledUntilMs = 50;
    await kernel.run(100, () => false);
    expect(seen).toEqual([50]);
  });

  it('runs what comes after a turn in the order of asking, not of answering', async () => {
    const kernel = new Kernel(seededRandom(1));
    const seen: string[] = [];
    kernel.schedule(1, null, () => {
      const [first, second] = [kernel.nextOrder(), kernel.nextOrder()];
      kernel.afterTurn(second, () => seen.push('asked second'));
      void Promise.resolve().then(() => kernel.afterTurn(first, () => seen.push('asked first')));
    });
    await kernel.run(10, () => false);
    expect(seen).toEqual(['asked first', 'asked second']);
  });
});
