import type { SimulationOptions } from './options.ts';
import type { Totals } from './totals.ts';

/** The table that people read. */
export function summaryOf(totals: Totals, options: SimulationOptions, tookMs: number): readonly string[] {
  const hours = Math.round(totals.virtualMs / 3_600_000);
  return [
    `Simulation from seed ${options.seed}: ${Math.round(tookMs / 1_000)} s with ${options.workers} processes`,
    '',
    row('seeds', totals.seeds),
    row('  run twice, and the same trace both times', totals.twice),
    row('seconds of processor time', Math.round(totals.cpuMs / 1_000)),
    row('hours of virtual time', hours),
    row('events', totals.events),
    row('deliveries', totals.deliveries),
    row('crashes of the process', totals.crashes),
    row('faults, crashes included', totals.faultsTotal),
    ...sorted(totals.faults).map(([name, count]) => row(`  ${name}`, count)),
    '',
    'paths taken',
    ...[...totals.coverage].map(([name, count]) => row(`  ${name}`, count)),
    '',
    row(
      'violations',
      totals.failures.reduce((sum, { violations }) => sum + violations.length, 0),
    ),
  ];
}

/** Why the command fails; empty when it does not. */
export function verdictOf(totals: Totals, options: SimulationOptions): readonly string[] {
  const { atLeastDeliveries, atLeastFaults, needsCoverage } = options;
  return [
    ...totals.failures.map(({ seed, violations }) => `seed ${seed}: ${violations.length} violations.`),
    ...(needsCoverage ? totals.untaken.map((path) => `no seed took the path "${path}".`) : []),
    ...(totals.deliveries < atLeastDeliveries
      ? [`${totals.deliveries} deliveries of ${atLeastDeliveries}.`]
      : []),
    ...(totals.faultsTotal < atLeastFaults ? [`${totals.faultsTotal} faults of ${atLeastFaults}.`] : []),
  ];
}

function row(name: string, count: number): string {
  return `${name.padEnd(64)}${count.toLocaleString('en').padStart(12)}`;
}

function sorted(counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...counts].sort((a, b) => b[1] - a[1]);
}
