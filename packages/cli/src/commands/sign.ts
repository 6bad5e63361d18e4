import { sign } from '@doorbell/contract';
import { systemClock } from '@doorbell/engine/system';
import type { Command } from 'commander';
import { maskedSignedText } from '../masked-signed-text.ts';
import { getSignKey, type NamedValue, parseNamedValues, signKeyOption } from '../option-parsers.ts';
import { print, printable, printJson } from '../print.ts';

interface SignOptions {
  readonly signKey?: string;
  readonly timestamp?: string;
  readonly explain?: true;
  readonly json?: true;
}

const help = `
Examples:
  $ doorbell sign --sign-key CdLvNRRQvy0xjORPNvuVaA --timestamp 1532059200000 B=2 A=1 C=3
  d5680a902dd2de08cf2bf9df819ffb9d
  $ DOORBELL_SIGN_KEY=... doorbell sign --explain state=50000 houseTaskId=ht-1

Exit codes: 0 signed, 2 the command line is wrong`;

export function registerSign(program: Command): void {
  program
    .command('sign')
    .summary('sign fields and print the signature')
    .description(
      'Signs form fields: lowercase hex MD5 of the key, the values in ascending order of field name, and the timestamp.',
    )
    .argument('<name=value...>', 'fields as decoded, not form-encoded')
    .addOption(signKeyOption())
    .option('--timestamp <ms>', 'unix timestamp in milliseconds (default: now)')
    .option('--explain', 'print the signed text too, with the key masked')
    .option('--json', 'print JSON')
    .addHelpText('after', help)
    .action((fields: string[], options: SignOptions) => runSign(parseNamedValues(fields), options));
}

function runSign(fields: readonly NamedValue[], options: SignOptions): void {
  const signKey = getSignKey(options.signKey);
  const timestamp = options.timestamp ?? String(systemClock.now());
  const signature = sign(fields, signKey, timestamp);
  const text = maskedSignedText(fields, signKey, timestamp);
  if (options.json) {
    printJson({ sign: signature, timestamp, ...(options.explain ? { signedText: text } : {}) });
    return;
  }
  if (options.explain || options.timestamp === undefined) {
    print(`timestamp    ${timestamp}`);
    if (options.explain) print(`signed text  ${printable(text)}`);
    print(`sign         ${signature}`);
    return;
  }
  print(signature);
}
