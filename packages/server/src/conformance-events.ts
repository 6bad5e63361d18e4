import type { CaseResult, ConformanceCase, ConformanceReport } from '@doorbell/conformance';

/** Event `start`: what is going to be judged, in this order. */
export interface ConformanceStart {
  /** In all ids that are sent: `ct-<runId>-...`. */
  readonly runId: string;
  readonly cases: readonly (Pick<ConformanceCase, 'id' | 'level'> & { readonly group: string })[];
}

/** Event `case`: one is judged. Of a failed one at most three exchanges are shown, keys masked. */
export type ConformanceCaseResult = CaseResult;

/** Event `report`, the last one. */
export interface ConformanceSummary extends Omit<ConformanceReport, 'results'> {
  /** Why nothing could be judged; null when something was. */
  readonly detail: string | null;
  /** The whole report as JUnit XML. */
  readonly junit: string;
}

/** Of a case that sends many requests; the first ones tell as much as all of them. */
const exchangesShownMax = 3;

export function shownCase(result: CaseResult): ConformanceCaseResult {
  return { ...result, exchanges: result.exchanges.slice(0, exchangesShownMax) };
}
