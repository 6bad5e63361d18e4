import { Contender } from './contender.ts';
import { formatCount } from './format.ts';
import { type Figures, figuresOf, type Goal, type Round, type Row } from './measure.ts';
import type { Commits } from './producer.ts';
import type { Arrivals } from './sink/arrivals.ts';
import { median, percentile, spreadOf } from './statistics.ts';

/** With a sink that notes arrivals: `run` produces and has delivered everything when it resolves. */
export async function measureLatency(run: (sinkUrl: string) => Promise<Commits>): Promise<Figures> {
  const sink = new Contender('sink/arrivals.ts');
  try {
    const { url } = await sink.ask<{ url: string }>('start');
    const commits = await run(url);
    const arrivedAt = new Map(await sink.ask<Arrivals>('take'));
    const latencies = commits.map(([webhookId, committedAt]) => {
      const at = arrivedAt.get(webhookId);
      if (at === undefined) throw new Error(`${webhookId} did not arrive`);
      return at - committedAt;
    });
    return {
      p50: percentile(latencies, 0.5),
      p95: percentile(latencies, 0.95),
      p99: percentile(latencies, 0.99),
    };
  } finally {
    await sink.end();
  }
}

export function latencyRow(what: string, goal: Goal, rounds: readonly Round[], contender: string): Row {
  const show = (name: string) => formatCount(median(figuresOf(rounds, contender, name)));
  return {
    what,
    figure: spreadOf(figuresOf(rounds, contender, 'p95')),
    unit: 'ms',
    goal,
    behind: `commit to first byte at 200 a second: p50 ${show('p50')}, p95 ${show('p95')}, p99 ${show('p99')} ms`,
  };
}
