import type { ConformanceCaseResult } from '@doorbell/server/api';

type Outcome = ConformanceCaseResult['outcome'];

export function countOutcomes(results: readonly ConformanceCaseResult[]): Readonly<Record<Outcome, number>> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { outcome } of results) counts[outcome] += 1;
  return counts;
}
