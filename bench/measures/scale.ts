import { setTimeout as sleep } from 'node:timers/promises';
import { askOnce, Contender } from '../contender.ts';
import { withPostgres } from '../drain.ts';
import { formatCount } from '../format.ts';
import { type Figures, figuresOf, inTurns, type Measure, ratiosOf } from '../measure.ts';
import type { Stage } from '../stage.ts';
import { median } from '../statistics.ts';

const answerAfterMs = 50;
const workerCounts = [1, 2, 4] as const;
/** Near enough to in proportion that nobody would say it does not grow. */
const growthMin: Readonly<Record<number, number>> = { 2: 1.8, 4: 3.2 };

export const scale: Measure = {
  name: 'scale',
  about: '1, 2 and 4 workers on PostgreSQL against one endpoint that takes 50 ms to answer',
  round: (stage, round) =>
    inTurns(
      round,
      workerCounts.map((workers) => ({
        contender: contenderOf(workers),
        run: () => deliverBy(stage, workers),
      })),
    ),
  rows: (rounds) =>
    workerCounts
      .filter((workers) => workers > 1)
      .map((workers) => {
        const show = (count: number) =>
          formatCount(median(figuresOf(rounds, contenderOf(count), 'perSecond')));
        return {
          what: `scale, ${contenderOf(workers)}`,
          figure: ratiosOf(rounds, contenderOf(workers), contenderOf(1), 'perSecond'),
          unit: 'ratio',
          goal: { atLeast: growthMin[workers] ?? workers },
          behind: `${show(workers)} a second / ${show(1)} by one; each may have 32 requests in flight`,
        };
      }),
};

function contenderOf(workers: number): string {
  return workers === 1 ? '1 worker' : `${workers} workers`;
}

function deliverBy(stage: Stage, workers: number): Promise<Figures> {
  return withPostgres(stage, async (place) => {
    const sink = new Contender('sink/slow.ts');
    const contenders = Array.from({ length: workers }, () => new Contender('doorbell/worker.ts'));
    try {
      const { url: sinkUrl } = await sink.ask<{ url: string }>('start', { answerAfterMs });
      const seconds = stage.size(6, 3);
      await askOnce('doorbell/fill-one.ts', 'fill', { place, sinkUrl, lanes: workers * 700 * (seconds + 4) });
      await Promise.all(contenders.map((worker) => worker.ask('start', { place })));
      await sleep(2_000);
      const before = await deliveredBy(contenders);
      const startedAt = performance.now();
      await sleep(seconds * 1_000);
      const delivered = (await deliveredBy(contenders)) - before;
      return { perSecond: (delivered * 1_000) / (performance.now() - startedAt) };
    } finally {
      await Promise.all([sink, ...contenders].map((contender) => contender.end()));
    }
  });
}

async function deliveredBy(contenders: readonly Contender[]): Promise<number> {
  const counts = await Promise.all(contenders.map((contender) => contender.ask<number>('delivered')));
  return counts.reduce((sum, count) => sum + count, 0);
}
