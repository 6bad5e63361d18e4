// Parts of which the mistakes in reading are made.
import { careful, decodePart, type Pairs, type Steps } from './careful-receiver.ts';

type Fields = ReadonlyMap<string, string>;

export const changeValues = (change: (value: string) => string): Pick<Steps, 'decode'> => ({
  decode: (seen) => careful.decode(seen).map(([name, value]) => [name, change(value)]),
});

/** The careful check of fields, after some of them were made to look right. */
export const checkInstead = (
  prepare: (fields: Fields) => Iterable<readonly [string, string]>,
): Steps['checkFields'] => {
  return (fields) => careful.checkFields(new Map(prepare(fields)));
};

export const query = (url: string | undefined): Pairs => [...new URL(url ?? '/', 'http://x').searchParams];

export const fromLatin1 = (text: string): string => Buffer.from(text, 'latin1').toString('utf8');

export function latin1Part(raw: string): string {
  decodePercents(raw);
  return raw
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Only its complaint about percent signs is wanted here. */
function decodePercents(raw: string): void {
  decodePart(raw.replace(/%[89a-f][0-9a-f]/gi, '').replace(/[^ -~]/g, ''));
}
