import { parseArgs } from 'node:util';
import type { Measure } from './measure.ts';

export interface CommandLine {
  readonly chosen: readonly Measure[];
  readonly roundsMax: number;
  readonly isQuick: boolean;
  readonly isStrict: boolean;
  readonly writesDocuments: boolean;
}

/** Throws, with a sentence for people, for a measure or a number that does not exist. */
export function parseCommandLine(
  args: readonly string[],
  measures: readonly Measure[],
): CommandLine | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      strict: { type: 'boolean', default: false },
      'write-docs': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const unknown = positionals.find((name) => measures.every((measure) => measure.name !== name));
  if (unknown !== undefined) throw new RangeError(`There is no measure ${unknown}; see --help.`);
  const roundsMax = Number(values.rounds ?? (values.quick ? 1 : 3));
  if (!Number.isInteger(roundsMax) || roundsMax < 1) throw new RangeError('--rounds takes a number from 1.');
  return {
    chosen: measures.filter(({ name, onlyByName }) =>
      positionals.length === 0 ? onlyByName === undefined : positionals.includes(name),
    ),
    roundsMax,
    isQuick: values.quick,
    isStrict: values.strict,
    writesDocuments: values['write-docs'],
  };
}

export function helpText(measures: readonly Measure[]): string {
  const width = Math.max(...measures.map(({ name }) => name.length));
  const listed = (onlyByName: boolean) =>
    measures
      .filter((measure) => (measure.onlyByName ?? false) === onlyByName)
      .map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`)
      .join('\n');
  return `npm run bench -- [measure ...] [--quick] [--rounds N] [--strict] [--write-docs]

Runs the measures of speed, or those that are named, round by round, each contender in a process of its own.
A run without --quick takes about 20 minutes and writes bench/results.json, where measures that were left out keep
their last figures. To renew the documents: npm run bench -- --write-docs, on a machine that does nothing else.

  --quick       less of everything, under three minutes; writes nothing without --write-docs
  --rounds N    default 3; with --quick 1
  --strict      exit code 1 when a goal is missed
  --write-docs  writes bench/results.json, the table in docs/PERFORMANCE.md and the plot docs/performance.svg

Needs nginx, PostgreSQL, Redis and Chromium on this machine (apt-get install nginx-light postgresql redis-server chromium), and
TMPDIR on a disk. Exit codes: 0 it ran, 1 it did not, or a goal is missed and --strict was given.

Measures:
${listed(false)}

Measures of the console, which run only where they are named; a list takes minutes to fill:
${listed(true)}
`;
}
