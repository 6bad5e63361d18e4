import { randomBytes } from 'node:crypto';

import { type ConformanceReport, runConformance } from '@doorbell/conformance';
import { systemClock } from '@doorbell/engine/system';

import { type Subject, signKey } from './subject.ts';

export interface Judgement {
  readonly subject: Subject;
  readonly report: ConformanceReport;
  /** Ids that failed against the expectation, and ids that were expected to fail and did not. */
  readonly unexpected: readonly string[];
  readonly missed: readonly string[];
}

/** Runs the whole kit against one endpoint and compares what failed with what has to fail. */
export async function judgeSubject(subject: Subject): Promise<Judgement> {
  const started = await subject.start();
  try {
    const report = await runConformance({
      url: started.url,
      ...(started.effectsUrl === undefined ? {} : { effectsUrl: started.effectsUrl }),
      ...subject.told,
      signKey,
      clock: systemClock,
      runId: randomBytes(4).toString('hex'),
    });
    return { subject, report, ...compare(subject, report) };
  } finally {
    await started.stop();
  }
}

function compare(
  { expects }: Subject,
  { results, endpoint }: ConformanceReport,
): Pick<Judgement, 'unexpected' | 'missed'> {
  if (endpoint !== 'answered') return { unexpected: [endpoint], missed: [] };
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  if ('holds' in expects) {
    const against = failed.filter(({ level }) => expects.holds.includes(level));
    return { unexpected: against.map(({ id }) => id), missed: [] };
  }
  return {
    unexpected: failed.map(({ id }) => id).filter((id) => !expects.fails.includes(id)),
    missed: expects.fails.filter((id) => !failed.some((result) => result.id === id)),
  };
}
