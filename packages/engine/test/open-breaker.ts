import { probeEveryMs } from '../src/breaker.ts';
import { retryIn, type World } from '../src/testing/store-contract/world.ts';

/** Opens the breaker of e1 by ten tasks that fail once each; it may be probed now. */
export async function openBreaker(world: World): Promise<void> {
  const tasks = Array.from({ length: 10 }, (_, index) => `t${index}`);
  await world.store.append(tasks.map((task) => world.change(task, 10_000)));
  for (const claim of await world.claim()) await world.settle(claim, retryIn(1));
  world.clock.advance(probeEveryMs);
}
