import { parseNetworks } from '@doorbell/engine';
import { InvalidArgumentError, Option } from 'commander';
import { CommandError, exitCodes } from './command-error.ts';

export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Give a whole number, 0 or more.');
  return Number(text);
}

export function parseInteger(text: string): number {
  if (!/^-?\d{1,9}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

export type NamedValue = readonly [name: string, value: string];

/** Splits at the first `=`; the value may be empty and may hold further `=`. */
function parseNamedValue(text: string): NamedValue {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Write it as name=value.');
  return [text.slice(0, at), text.slice(at + 1)];
}

/** Throws a usage error for a text without `=` and for a name given twice. */
export function parseNamedValues(texts: readonly string[]): readonly NamedValue[] {
  const values = new Map<string, string>();
  for (const text of texts) {
    if (text.indexOf('=') < 1) {
      throw new CommandError(exitCodes.usage, `Write fields as name=value, not ${JSON.stringify(text)}.`);
    }
    const [name, value] = parseNamedValue(text);
    if (values.has(name)) throw new CommandError(exitCodes.usage, `The field ${name} is given twice.`);
    values.set(name, value);
  }
  return [...values];
}

export function collectNamedValue(text: string, earlier: readonly NamedValue[] = []): readonly NamedValue[] {
  return [...earlier, parseNamedValue(text)];
}

export function collectText(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}

/** Collects networks in CIDR notation. */
export function collectNetwork(text: string, earlier: readonly string[] = []): readonly string[] {
  try {
    parseNetworks([text]);
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidArgumentError(error.message);
    throw error;
  }
  return [...earlier, text];
}

/** The sign key; the environment variable keeps it out of `ps` and the shell history. */
export function signKeyOption(): Option {
  return new Option('--sign-key <key>', 'key agreed with the other side').env('DOORBELL_SIGN_KEY');
}

export function getSignKey(signKey: string | undefined, otherwise = ''): string {
  if (signKey !== undefined && signKey !== '') return signKey;
  throw new CommandError(
    exitCodes.usage,
    `A sign key is needed: give --sign-key KEY or set DOORBELL_SIGN_KEY${otherwise}.`,
  );
}
