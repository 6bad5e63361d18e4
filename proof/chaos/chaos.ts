import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '@doorbell/engine/testing';
import type { Progress } from '../progress.ts';
import type { Span } from './doubt.ts';
import { planFaults } from './fault-plan.ts';
import { type Inflicted, inflict } from './inflict.ts';
import type { ChaosOptions } from './options.ts';
import type { OwnEnd } from './process-under-test.ts';
import { Producer } from './producer.ts';
import { ProducerBooks } from './producer-books.ts';
import type { World } from './world.ts';

/** What happened in a run, before anybody judges it. */
export interface ChaosRun {
  readonly books: ProducerBooks;
  readonly inflicted: Inflicted;
  /** How many starts ended at once, with a sentence, because the database was away. */
  readonly startedInVain: number;
  /** Sentences about what should not have happened on the way. */
  readonly surprises: readonly string[];
  /** How many waiting notifications were tried sooner than they would have been, as an operator would have it. */
  readonly hurried: number;
}

export const signKey = 'chaos-sign-key-9b3f1e';
export const endpointsCount = 8;
/** The last customer has two endpoints, all others one. */
export const endpointsOf: ReadonlyMap<string, readonly string[]> = new Map(
  Array.from({ length: endpointsCount - 1 }, (_, index) => [
    `c${index + 1}`,
    index === endpointsCount - 2 ? [`e${index + 1}`, `e${index + 2}`] : [`e${index + 1}`],
  ]),
);

const eventsPerSecond = 400;
const durationMsMin = 20_000;
/** The exit code of `doorbell serve`. */
const cannotStart = 4;
const hurryEveryMs = 3_000;
const drainMsMax = 240_000;
/** No retry of a run lies further ahead: the fourth is 10 minutes, and a fifth. */
const retryMsMax = 720_000;
/** Once all processes are well, a delivery takes two seconds at most, and some more on a busy machine. */
const oldLeaseMs = 12_000;

export async function runChaos(
  options: ChaosOptions,
  world: World,
  progress: Progress,
  stop: AbortSignal,
): Promise<ChaosRun> {
  const random = seededRandom(options.seed);
  const durationMs = Math.max(durationMsMin, (options.events / eventsPerSecond) * 1_000);
  const plan = planFaults(world.faultRates, durationMs, random);
  const books = new ProducerBooks();
  const producing = { events: options.events, durationMs, customers: [...endpointsOf.keys()], random };

  for (const process of new Set([world.api, ...world.workers])) process.start();
  await prepare(world);
  progress.phase('appending and breaking', () => books.acknowledged.length, options.events);
  const [inflicted] = await Promise.all([
    inflict(plan, world, stop),
    new Producer(producing, world.appenders, books, stop).run(),
  ]);
  const drained = await drain(world, progress, stop);
  const ends = await endAll(world);
  const ownEnds = [...new Set([world.api, ...world.workers])].flatMap((process) => process.ownEnds);
  const startedInVain = ownEnds.filter((end) => isStartInVain(end, world));
  return {
    books,
    inflicted: { ...inflicted, leasesEnded: inflicted.leasesEnded + drained.leasesEnded },
    startedInVain: startedInVain.length,
    surprises: [
      ...drained.surprises,
      ...ends,
      ...ownEnds
        .filter((end) => !startedInVain.includes(end))
        .map(({ life, code, lastWords }) => `${life} ended with ${code}: ${lastWords}`),
    ],
    hurried: drained.hurried,
  };
}

/** Whoever cannot reach the database when it starts says so and ends; its supervisor tries again. */
function isStartInVain({ life, lived, code }: OwnEnd, { postgres }: World): boolean {
  if (postgres === undefined || code !== cannotStart) return false;
  const isDuring = ({ from, to }: Span): boolean => from <= lived.to && to >= lived.from;
  return (
    postgres.terminated.some((span) => span.process === life && isDuring(span)) ||
    postgres.away.some(isDuring)
  );
}

async function prepare({ access, receiver }: World): Promise<void> {
  for (const [customerId, endpointIds] of endpointsOf) {
    await access.insist('PUT', `/v1/customers/${customerId}`, { name: customerId });
    for (const endpointId of endpointIds) {
      const url = receiver.urls[Number(endpointId.slice(1)) - 1];
      await access.insist('PUT', `/v1/endpoints/${endpointId}`, { customerId, url, signKey });
    }
  }
}

interface Drained {
  readonly surprises: readonly string[];
  readonly hurried: number;
  readonly leasesEnded: number;
}

/**
 * Waits until nothing is pending. What waits for a retry or behind an open breaker is told to go on, as an operator
 * would; that reaches nothing that Doorbell has forgotten, and each wait is looked at first.
 */
async function drain(world: World, progress: Progress, stop: AbortSignal): Promise<Drained> {
  const { access } = world;
  const surprises: string[] = [];
  let hurried = 0;
  let leasesEnded = 0;
  let pending = await countPending(world);
  const most = pending;
  progress.phase('delivering what waits', () => most - pending, most);
  const deadline = Date.now() + drainMsMax;
  while (pending > 0 && Date.now() < deadline && !stop.aborted) {
    surprises.push(...(await findOddWaits(world)));
    for (const endpointId of [...endpointsOf.values()].flat()) {
      await access.insist('POST', `/v1/endpoints/${endpointId}/resume`, {});
    }
    const filter = { result: 0 };
    const { resent } = await access.insist<{ resent: number }>('POST', '/v1/notifications/resend', {
      filter,
    });
    hurried += resent;
    if (!world.waitsForLeases) leasesEnded += await world.endLeasesOlderThan(oldLeaseMs);
    await sleep(hurryEveryMs);
    pending = await countPending(world);
  }
  if (pending > 0) surprises.push(`${pending} notifications were still pending when time was up`);
  return { surprises: [...new Set(surprises)], hurried, leasesEnded };
}

async function countPending({ access }: World): Promise<number> {
  const body = { filter: { result: 0 }, dryRun: true };
  return (await access.insist<{ matched: number }>('POST', '/v1/notifications/resend', body)).matched;
}

interface WaitingItem {
  readonly id: string;
  readonly waiting: { readonly for: string; readonly until?: string } | null;
}

/** Whatever waits has a reason, and a time that the retry schedule knows. */
async function findOddWaits({ access }: World): Promise<readonly string[]> {
  const { items } = await access.insist<{ items: WaitingItem[] }>(
    'GET',
    '/v1/notifications?result=0&limit=100',
  );
  return items.flatMap(({ id, waiting }) => {
    // Delivered since it was listed as pending.
    if (waiting === null) return [];
    const aheadMs = waiting.until === undefined ? 0 : Date.parse(waiting.until) - Date.now();
    if (waiting.for === 'parked-task' || waiting.for === 'endpoint-paused' || aheadMs > retryMsMax) {
      return [`${id} waits for ${waiting.for} until ${waiting.until ?? 'somebody comes'}`];
    }
    return [];
  });
}

/** As an operator ends them: each must finish what is in flight and say that all is well. */
async function endAll({ workers, api }: World): Promise<readonly string[]> {
  const codes = await Promise.all(
    [...new Set([...workers, api])].map(async (one) => [one.name, await one.end()]),
  );
  return codes
    .filter(([, code]) => code !== 0)
    .map(([name, code]) => `${name} ended with ${code} after SIGTERM`);
}
