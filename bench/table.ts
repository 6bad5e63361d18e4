import { formatCount } from './format.ts';
import { type Goal, isMet, type Row, type Unit } from './measure.ts';

export const headings = ['measure', 'figure', 'range', 'goal', '', 'behind it'] as const;

/** The result for a terminal: one line for each row, goals that are missed marked by a word, not by colour alone. */
export function renderTable(rows: readonly Row[]): string {
  const lines = [headings, ...rows.map(cellsOf)];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function cellsOf(row: Row): readonly string[] {
  const { what, figure, unit, goal, behind } = row;
  const range = `${formatFigure(figure.min, unit)} to ${formatFigure(figure.max, unit)}`;
  return [what, formatFigure(figure.median, unit), range, formatGoal(goal, unit), verdictOf(row), behind];
}

export function verdictOf(row: Row): string {
  const met = isMet(row);
  if (met === null) return '';
  return met ? 'met' : 'MISSED';
}

export function formatGoal(goal: Goal | null, unit: Unit): string {
  if (goal === null) return '-';
  if ('atLeast' in goal) return `at least ${formatFigure(goal.atLeast, unit)}`;
  return `at most ${formatFigure(goal.atMost, unit)}`;
}

export function formatFigure(value: number, unit: Unit): string {
  if (unit === 'ratio') return value.toFixed(2);
  return `${formatCount(value)} ${unit}`;
}
