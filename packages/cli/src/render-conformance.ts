import type { CaseResult, ConformanceReport, Level, LevelCounts, ShownExchange } from '@doorbell/conformance';

import { paint, printable } from './print.ts';

const marks = {
  passed: paint('green', '✓'),
  failed: paint('red', '✗'),
  skipped: paint('dim', '-'),
} as const;

const idColumns = 36;
/** Of a case that sends many requests; the first ones tell as much as all of them. */
const exchangesShownMax = 3;

/** One line as soon as a case is judged. */
export function renderResult({ id, level, outcome, detail, durationMs }: CaseResult): string {
  const rest = outcome === 'passed' ? paint('dim', `${durationMs} ms`) : printable(detail ?? '');
  return `${marks[outcome]} ${level.padEnd(8)}  ${id.padEnd(idColumns)}  ${rest}`;
}

/** What failed and how to mend it, what was not judged, the counts, the grade. */
export function renderSummary(report: ConformanceReport): string {
  const failed = report.results.filter(({ outcome }) => outcome === 'failed');
  return [
    ...failed.flatMap(renderFailure),
    ...skippedLines(report.results),
    '',
    ...levels.map((level) => countLine(level, report.counts[level])),
    '',
    verdict(report),
  ].join('\n');
}

const levels: readonly Level[] = ['must', 'should', 'hardened'];

function renderFailure(result: CaseResult): readonly string[] {
  const shown = result.exchanges.slice(0, exchangesShownMax);
  const more = result.exchanges.length - shown.length;
  return [
    '',
    `${marks.failed} ${paint('bold', result.id)}  (${result.level})`,
    `  ${result.why}`,
    `  Sent:     ${result.sends}`,
    `  Accepted: ${result.accepts}`,
    `  Found:    ${printable(result.detail ?? '')}`,
    `  ${paint('bold', 'Hint')}:     ${result.hint}`,
    ...shown.flatMap(exchangeLines),
    ...(more > 0 ? [`    (${more} more requests)`] : []),
  ];
}

function exchangeLines({ request, answer, durationMs }: ShownExchange): readonly string[] {
  const prefixed = (prefix: string, text: string): readonly string[] =>
    text.split('\n').map((line) => `    ${prefix} ${printable(line)}`.trimEnd());
  return [...prefixed('>', request), ...prefixed('<', answer), paint('dim', `    after ${durationMs} ms`)];
}

function skippedLines(results: readonly CaseResult[]): readonly string[] {
  const skipped = results.filter(({ outcome }) => outcome === 'skipped');
  const reasons = Map.groupBy(skipped, ({ detail }) => detail ?? '');
  return [...reasons].flatMap(([reason, ofReason]) => {
    const ids = ofReason.map(({ id }) => id);
    const listed =
      ids.length > 6 ? `${ids.slice(0, 5).join(', ')} and ${ids.length - 5} more` : ids.join(', ');
    return ['', `${marks.skipped} Not judged: ${listed}`, `  ${printable(reason)}`];
  });
}

function countLine(level: Level, { passed, failed, skipped }: LevelCounts): string {
  const failures = failed === 0 ? '0 failed' : paint('red', `${failed} failed`);
  return `${level.padEnd(8)}  ${String(passed).padStart(3)} passed  ${failures}  ${paint('dim', `${skipped} skipped`)}`;
}

function verdict({ grade, conforms, endpoint, counts, durationMs }: ConformanceReport): string {
  const seconds = `${(durationMs / 1000).toFixed(1)} s`;
  const graded = grade === null ? 'No grade, since not all cases were run' : `Grade ${grade}`;
  const sentence =
    endpoint === 'went-away'
      ? 'The endpoint stopped accepting connections.'
      : conforms
        ? 'No must failed.'
        : `${counts.must.failed} ${counts.must.failed === 1 ? 'must' : 'musts'} failed.`;
  return `${paint(['bold', conforms ? 'green' : 'red'], graded)}. ${sentence} ${paint('dim', seconds)}`;
}
