import { decodeForm, type Fault, parseTimestamp, reasonCodes, verify } from '@doorbell/contract';
import type { Command } from 'commander';
import { CommandError, exitCodes } from '../command-error.ts';
import { getSignKey, parseNamedValues, signKeyOption } from '../option-parsers.ts';
import { paint, print, printable, printJson } from '../print.ts';

interface VerifyOptions {
  readonly signKey?: string;
  readonly timestamp: string;
  readonly sign: string;
  readonly body?: string;
  readonly json?: true;
}

const help = `
Examples:
  $ doorbell verify --sign-key CdLvNRRQvy0xjORPNvuVaA --timestamp 1532059200000 \\
      --sign d5680a902dd2de08cf2bf9df819ffb9d A=1 B=2 C=3
  verified
  $ doorbell verify --timestamp 1532059200000 --sign d568... --body 'A=1&B=2&C=3'

The age of the timestamp is not judged: this tells whether the signature fits, whenever it was made.

Exit codes: 0 verified, 1 not verified, 2 the command line is wrong`;

export function registerVerify(program: Command): void {
  program
    .command('verify')
    .summary('check a signature and say why it does not fit')
    .description('Checks the signature of form fields.')
    .argument('[name=value...]', 'fields as decoded, not form-encoded')
    .addOption(signKeyOption())
    .requiredOption('--timestamp <ms>', 'the timestamp header')
    .requiredOption('--sign <hex>', 'the sign header')
    .option('--body <form>', 'the request body as it was sent, instead of fields')
    .option('--json', 'print JSON')
    .addHelpText('after', help)
    .action((fields: string[], options: VerifyOptions) => runVerify(fields, options));
}

function runVerify(fieldArguments: readonly string[], options: VerifyOptions): void {
  const signKey = getSignKey(options.signKey);
  const faults = listFaults(fieldArguments, signKey, options);
  process.exitCode = faults.length === 0 ? exitCodes.ok : exitCodes.no;
  if (options.json) {
    printJson({ verified: faults.length === 0, faults });
  } else if (faults.length === 0) {
    print(paint('green', 'verified'));
  } else {
    for (const fault of faults) {
      print(`${paint('red', 'not verified')}: ${fault.code}: ${printable(fault.detail)}`);
      print(`  ${reasonCodes[fault.code]}`);
    }
  }
}

function listFaults(
  fieldArguments: readonly string[],
  signKey: string,
  options: VerifyOptions,
): readonly Omit<Fault, 'field'>[] {
  if ((options.body === undefined) === (fieldArguments.length === 0)) {
    throw new CommandError(
      exitCodes.usage,
      'Give either fields as name=value or the request body with --body.',
    );
  }
  let fields: Iterable<readonly [string, string]> = parseNamedValues(fieldArguments);
  if (options.body !== undefined) {
    const form = decodeForm(options.body);
    if (!form.ok) return form.faults;
    fields = form.fields;
  }
  const timestamp = parseTimestamp(options.timestamp);
  const signature = verify({ fields, timestamp: options.timestamp, sign: options.sign, keys: [signKey] });
  return [timestamp, signature].filter((check) => !check.ok);
}
