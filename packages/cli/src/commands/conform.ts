import { randomBytes } from 'node:crypto';

import {
  type CaseResult,
  type ConformanceReport,
  groupOf,
  listCases,
  renderJunit,
  runConformance,
} from '@doorbell/conformance';
import { systemClock } from '@doorbell/engine/system';
import { type Command, Option } from 'commander';

import { CommandError, type ExitCode, exitCodes } from '../command-error.ts';
import { collectText, getSignKey, parseCount, signKeyOption } from '../option-parsers.ts';
import { paint, print, printJson } from '../print.ts';
import { renderResult, renderSummary } from '../render-conformance.ts';

interface ConformOptions {
  readonly url?: string;
  readonly signKey?: string;
  readonly only?: readonly string[];
  readonly format: 'pretty' | 'json' | 'junit';
  readonly revision: 'seed' | '2021-05';
  readonly extra?: readonly string[];
  readonly webhookSecret?: string;
  readonly houseId?: string;
  readonly effectsUrl?: string;
  readonly timeout: number;
  readonly list?: true;
}

const help = `
Examples:
  $ doorbell conform --url http://127.0.0.1:9000/ --sign-key KEY
  $ doorbell conform --url http://127.0.0.1:9000/ --sign-key KEY --only forge --only text-emoji
  $ doorbell conform --url ... --sign-key KEY --format junit > conformance.xml
  $ doorbell conform --list                             every case, without sending anything

Point it at a test instance: it delivers some hundred changes of tasks that do not exist, each under ids of its own.
A case says must, should or hardened; only a failed must makes the exit code 1.

Exit codes: 0 no must failed, 1 a must failed, 2 the command line is wrong, 3 nothing answers at the URL`;

export function registerConform(program: Command): void {
  program
    .command('conform')
    .summary('prove an endpoint: deliveries, refusals, forgeries, repeats')
    .description('Proves any endpoint, in any language, over HTTP, and says how to mend what fails.')
    .option('--url <url>', 'the endpoint')
    .addOption(signKeyOption())
    .option('--only <id>', 'a case or a group of cases, such as forge; repeatable', collectText)
    .addOption(
      new Option('--format <format>', 'what to print').choices(['pretty', 'json', 'junit']).default('pretty'),
    )
    .addOption(
      new Option('--revision <revision>', 'of the contract').choices(['seed', '2021-05']).default('seed'),
    )
    .option('--extra <name>', 'an extra parameter that the endpoint was told of; repeatable', collectText)
    .addOption(
      new Option('--webhook-secret <secret>', 'sends the HMAC, too, and proves how it is verified').env(
        'DOORBELL_WEBHOOK_SECRET',
      ),
    )
    .option('--house-id <id>', 'a house that the endpoint knows, where it refuses others')
    .option(
      '--effects-url <url>',
      'answers {"effects": n}, the changes acted upon: proves that repeats are not',
    )
    .option('--timeout <ms>', 'how long to wait for one answer', parseCount, 15_000)
    .option('--list', 'print every case and stop')
    .addHelpText('after', help)
    .action((options: ConformOptions) => runConform(options));
}

async function runConform(options: ConformOptions): Promise<void> {
  if (options.list) {
    printCases(options);
    return;
  }
  if (options.url === undefined) throw new CommandError(exitCodes.usage, 'Give the endpoint with --url URL.');
  const isPretty = options.format === 'pretty';
  const report = await run(options, options.url, isPretty);
  if (options.format === 'json') printJson(report);
  else if (options.format === 'junit') process.stdout.write(renderJunit(report));
  else if (report.endpoint !== 'unreachable') print(renderSummary(report));
  process.exitCode = exitCodeOf(report);
  if (report.endpoint === 'unreachable') {
    const detail = report.results[0]?.detail ?? 'nothing accepts connections';
    throw new CommandError(exitCodes.noAnswer, `${options.url}: ${detail}.`);
  }
}

async function run(options: ConformOptions, url: string, isPretty: boolean): Promise<ConformanceReport> {
  const { only, revision, extra, webhookSecret, houseId, effectsUrl } = options;
  const signKey = getSignKey(options.signKey);
  const show = (result: CaseResult): void => print(renderResult(result));
  try {
    return await runConformance({
      url,
      signKey,
      clock: systemClock,
      runId: randomBytes(4).toString('hex'),
      timeoutMs: options.timeout,
      revision,
      ...(only === undefined ? {} : { only: only.flatMap((ids) => ids.split(',')) }),
      ...(extra === undefined ? {} : { extra }),
      ...(webhookSecret === undefined ? {} : { webhookSecret }),
      ...(houseId === undefined ? {} : { houseId }),
      ...(effectsUrl === undefined ? {} : { effectsUrl }),
      ...(isPretty ? { onResult: show } : {}),
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CommandError(exitCodes.usage, error.message, { cause: error });
  }
}

function exitCodeOf(report: ConformanceReport): ExitCode {
  return report.conforms ? exitCodes.ok : exitCodes.no;
}

function printCases({ format }: ConformOptions): void {
  const cases = listCases().map(({ id, level, why, sends, accepts, hint }) => {
    return { id, group: groupOf(id), level, why, sends, accepts, hint };
  });
  if (format === 'json') {
    printJson(cases);
    return;
  }
  const width = Math.max(...cases.map(({ id }) => id.length));
  for (const { id, level, why } of cases)
    print(`${paint('bold', id.padEnd(width))}  ${level.padEnd(8)}  ${why}`);
}
