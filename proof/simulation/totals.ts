import type { Violation } from './checkers/checker.ts';
import { type Path, paths } from './coverage.ts';
import type { Run } from './simulate.ts';

/** What one run tells the process that asked for it. */
export interface RunReport {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly deliveries: number;
  readonly events: number;
  readonly virtualMs: number;
  readonly crashes: number;
  readonly faults: readonly (readonly [string, number])[];
  readonly coverage: readonly (readonly [Path, number])[];
  readonly ranTwice: boolean;
  readonly cpuMs: number;
}

export function reportOf(
  run: Run,
  violations: readonly Violation[],
  ranTwice: boolean,
  cpuMs: number,
): RunReport {
  const { seed, deliveries, events, virtualMs, crashes } = run;
  const [faults, coverage] = [[...run.faults], [...run.coverage]];
  return { seed, violations, deliveries, events, virtualMs, crashes, faults, coverage, ranTwice, cpuMs };
}

/** All runs together. */
export class Totals {
  seeds = 0;
  twice = 0;
  deliveries = 0;
  events = 0;
  virtualMs = 0;
  crashes = 0;
  cpuMs = 0;
  readonly faults: Map<string, number> = new Map();
  readonly coverage: Map<Path, number> = new Map(paths.map((path) => [path, 0]));
  readonly failures: { readonly seed: number; readonly violations: readonly Violation[] }[] = [];

  add(report: RunReport): void {
    this.seeds += 1;
    this.twice += report.ranTwice ? 1 : 0;
    this.deliveries += report.deliveries;
    this.events += report.events;
    this.virtualMs += report.virtualMs;
    this.crashes += report.crashes;
    this.cpuMs += report.cpuMs;
    for (const [name, count] of report.faults) this.faults.set(name, (this.faults.get(name) ?? 0) + count);
    for (const [path, count] of report.coverage)
      this.coverage.set(path, (this.coverage.get(path) ?? 0) + count);
    if (report.violations.length > 0)
      this.failures.push({ seed: report.seed, violations: report.violations });
  }

  /** Crashes are faults too, and counted with them. */
  get faultsTotal(): number {
    return [...this.faults.values()].reduce((sum, count) => sum + count, this.crashes);
  }

  get untaken(): readonly Path[] {
    return paths.filter((path) => this.coverage.get(path) === 0);
  }
}
