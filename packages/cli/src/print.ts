import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Writes one line to stdout. */
export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** Writes one JSON document on one line to stdout, for machines. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value));
}

/** Colours text when stdout is a terminal that wants colours (NO_COLOR is honoured). */
export function paint(format: Format, text: string): string {
  return styleText(format, text, { stream: process.stdout });
}

/** Escapes control characters, so that what came over the wire cannot drive the terminal. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to replace
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
