import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderPlot } from './plot.ts';
import type { Results } from './results.ts';
import { cellsOf, headings } from './table.ts';

const documents = join(import.meta.dirname, '../docs');
const begin = '<!-- results: written by npm run bench -- --write-docs -->';
const end = '<!-- end of results -->';

/** Puts the table into the page, in both languages, and the plot beside it. What else stands there stays. */
export function rewriteDocuments(results: Results): void {
  for (const name of ['PERFORMANCE.md', 'PERFORMANCE.zh-CN.md']) {
    const page = join(documents, name);
    writeFileSync(page, replaceResults(readFileSync(page, 'utf8'), renderMarkdown(results)));
  }
  writeFileSync(join(documents, 'performance.svg'), renderPlot(results));
}

/** Throws when the page has no place for results. */
export function replaceResults(page: string, results: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from === -1 || to < from) throw new Error(`There is no "${begin}" with an end behind it.`);
  return `${page.slice(0, from + begin.length)}\n\n${results}\n\n${page.slice(to)}`;
}

/** The table with the command for each row, then the machine and how the contenders were set up. */
export function renderMarkdown({ machine, versions, measures }: Results): string {
  const columns = [...headings.map((heading) => (heading === '' ? 'verdict' : heading)), 'command'];
  const rows = measures.flatMap(({ name, rows }) =>
    rows.map((row) => [...cellsOf(row), `\`npm run bench -- ${name}\``]),
  );
  const table = [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const facts = Object.entries({ ...machine, ...versions }).map(([name, value]) => `${name} ${value}`);
  const isQuick = measures.some((measure) => measure.isQuick);
  const rounds = [...new Set(measures.map((measure) => measure.rounds))].join(' or ');
  return [
    table.join('\n'),
    `Medians and ranges of ${rounds} rounds${isQuick ? ' (some of them quick, with less of everything)' : ''}, ${machineLine(facts)}.`,
    ...[...new Set(measures.flatMap(({ notes }) => notes))].map((note) => `- ${note}`),
  ].join('\n\n');
}

function machineLine(facts: readonly string[]): string {
  return `on: ${facts.join(', ')}`;
}
