import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.ts';
import { isMet, type Measure, type Round, type Row } from './measure.ts';
import { type Spread, spreadOf } from './statistics.ts';

const path = join(import.meta.dirname, 'results.json');

/** What `results.json` holds. */
export interface Results {
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly measures: readonly MeasureResult[];
}

export interface MeasureResult {
  readonly name: string;
  readonly about: string;
  readonly at: string;
  readonly rounds: number;
  /** With less of everything. */
  readonly isQuick: boolean;
  readonly rows: readonly (Row & { readonly isMet: boolean | null })[];
  /** By contender, then by name. */
  readonly figures: Readonly<Record<string, Readonly<Record<string, Spread>>>>;
  readonly notes: readonly string[];
}

export function resultOf(measure: Measure, rounds: readonly Round[], isQuick: boolean): MeasureResult {
  const [first = {}] = rounds;
  const figures = Object.entries(first).map(([contender, names]) => {
    const spreads = Object.keys(names).map((name) => {
      const values = rounds.map((round) => round[contender]?.[name] ?? Number.NaN);
      return [name, spreadOf(values)] as const;
    });
    return [contender, Object.fromEntries(spreads)] as const;
  });
  return {
    name: measure.name,
    about: measure.about,
    at: new Date().toISOString(),
    rounds: rounds.length,
    isQuick,
    rows: measure.rows(rounds).map((row) => ({ ...row, isMet: isMet(row) })),
    figures: Object.fromEntries(figures),
    notes: measure.notes ?? [],
  };
}

export function readResults(): Results | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Results;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

export function writeResults(results: Results): void {
  writeFileSync(path, `${JSON.stringify(results, null, 2)}\n`);
}

/** Measures that were left out keep what they had, if that was on the same machine; in the order of `order`. */
export function withMeasures(kept: Results | null, fresh: Results, order: readonly string[]): Results {
  if (kept === null || !isSameMachine(kept.machine, fresh.machine)) return fresh;
  const byName = new Map([...kept.measures, ...fresh.measures].map((result) => [result.name, result]));
  const measures = order.flatMap((name) => byName.get(name) ?? []);
  return { ...fresh, versions: { ...kept.versions, ...fresh.versions }, measures };
}

/** Disk and load change from run to run; the rest does not. */
function isSameMachine(
  { diskSyncMs: _syncBefore, loadBefore: _loadBefore, ...before }: Machine,
  { diskSyncMs: _syncNow, loadBefore: _loadNow, ...now }: Machine,
): boolean {
  return JSON.stringify(before) === JSON.stringify(now);
}
