import type { Level } from './conformance-case.ts';

/** An exchange as text for people and logs; the sign key and the webhook secret are masked. */
export interface ShownExchange {
  readonly request: string;
  /** The answer, or why there was none. */
  readonly answer: string;
  readonly durationMs: number;
}

export interface CaseResult {
  readonly id: string;
  readonly group: string;
  readonly level: Level;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly why: string;
  readonly sends: string;
  readonly accepts: string;
  readonly hint: string;
  /** What was wrong, or why it was skipped; null when it passed. */
  readonly detail: string | null;
  readonly durationMs: number;
  /** What was sent and what came back; only of a failed case. */
  readonly exchanges: readonly ShownExchange[];
}

/**
 * A: nothing failed. B: all musts and shoulds hold. C: all musts hold. D: at most one must in ten failed.
 * F: worse, or the plain delivery is not accepted.
 */
export type Grade = 'A' | 'B' | 'C' | 'D' | 'F';

export interface LevelCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface ConformanceReport {
  readonly url: string;
  readonly runId: string;
  /** `unreachable`: nothing accepted a connection. `went-away`: it did at first, and then no longer. */
  readonly endpoint: 'answered' | 'unreachable' | 'went-away';
  /** Null when not every case was to be judged, or the endpoint was unreachable. */
  readonly grade: Grade | null;
  /** True when no must failed and the endpoint was there to the end. */
  readonly conforms: boolean;
  /** True when the run was ended before every case was judged. */
  readonly ended: boolean;
  readonly counts: Readonly<Record<Level, LevelCounts>>;
  readonly durationMs: number;
  readonly results: readonly CaseResult[];
}

export function countByLevel(results: readonly CaseResult[]): ConformanceReport['counts'] {
  const count = (level: Level): LevelCounts => {
    const of = (outcome: CaseResult['outcome']): number =>
      results.filter((result) => result.level === level && result.outcome === outcome).length;
    return { passed: of('passed'), failed: of('failed'), skipped: of('skipped') };
  };
  return { must: count('must'), should: count('should'), hardened: count('hardened') };
}

/** The grade of a whole run; `isAccepted`: the plain delivery was. */
export function gradeOf(counts: ConformanceReport['counts'], isAccepted: boolean): Grade {
  const { must, should, hardened } = counts;
  if (!isAccepted || must.failed * 10 > must.passed + must.failed) return 'F';
  if (must.failed > 0) return 'D';
  if (should.failed > 0) return 'C';
  return hardened.failed > 0 ? 'B' : 'A';
}
