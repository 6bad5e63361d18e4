import type { CaseResult, ConformanceReport } from './report.ts';

/** JUnit XML for a pipeline: one suite per group, one test per case; a failed case has its hint and its exchanges. */
export function renderJunit(report: ConformanceReport): string {
  const groups = Map.groupBy(report.results, ({ group }) => group);
  const suites = [...groups].map(([group, results]) => renderSuite(group, results));
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="doorbell conform" ${countsOf(report.results)} time="${seconds(report.durationMs)}">`,
    ...suites,
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function renderSuite(group: string, results: readonly CaseResult[]): string {
  const totalMs = results.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return [
    `  <testsuite name="${escapeXml(group)}" ${countsOf(results)} time="${seconds(totalMs)}">`,
    ...results.map(renderCase),
    '  </testsuite>',
  ].join('\n');
}

function renderCase(result: CaseResult): string {
  const { id, level, outcome, detail, why, hint, exchanges } = result;
  const open = `    <testcase classname="${level}" name="${escapeXml(id)}" time="${seconds(result.durationMs)}"`;
  if (outcome === 'passed') return `${open}/>`;
  if (outcome === 'skipped') return `${open}><skipped message="${escapeXml(detail ?? '')}"/></testcase>`;
  const shown = exchanges.map(({ request, answer }) => `--- sent\n${request}\n--- came back\n${answer}`);
  const text = [why, `Accepted: ${result.accepts}`, `Hint: ${hint}`, ...shown].join('\n');
  return `${open}><failure type="${level}" message="${escapeXml(detail ?? '')}">${escapeXml(text)}</failure></testcase>`;
}

function countsOf(results: readonly CaseResult[]): string {
  const of = (outcome: CaseResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  return `tests="${results.length}" failures="${of('failed')}" errors="0" skipped="${of('skipped')}"`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Characters that XML 1.0 cannot have, not even as references, become U+FFFD. */
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"]/g, (char) => entities[char] ?? char);
}
