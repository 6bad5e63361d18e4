import { delivers } from '../case-shapes.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { formOf } from '../signed-request.ts';
import type { Pairs } from '../wire-request.ts';

interface Spelling {
  readonly id: string;
  readonly level?: 'should';
  readonly why: string;
  readonly sends: string;
  readonly spell: (fields: Pairs) => string;
}

const hint =
  'Decode the form once with a standard decoder and sign the decoded values in ascending order of their names; never sign or compare the bytes of the body.';

const userName = "张三 Lee's ~(1)!*";

const everyByte = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('');

const joined = (fields: Pairs, encode: (text: string) => string): string =>
  fields.map(([name, value]) => `${name}=${encode(value)}`).join('&');

const escapeMore = (text: string, left: RegExp): string =>
  encodeURIComponent(text).replace(left, (char) => everyByte(char));

const ascending = (fields: Pairs): Pairs => [...fields].sort(([a], [b]) => (a < b ? -1 : 1));

const spellings: readonly Spelling[] = [
  {
    id: 'spelling-space-as-plus',
    why: 'A space may be written as +.',
    sends: 'spaces as +',
    spell: (fields) => formOf(fields).replaceAll('%20', '+'),
  },
  {
    id: 'spelling-space-as-percent-20',
    why: 'A space may be written as %20.',
    sends: 'spaces as %20',
    spell: (fields) => formOf(fields).replaceAll('+', '%20'),
  },
  {
    id: 'spelling-lower-hex',
    why: 'Hexadecimal digits of the encoding may be lower case, as HttpUtility of .NET writes them.',
    sends: 'escapes such as %e5%bc%a0',
    spell: (fields) => formOf(fields).replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase()),
  },
  {
    id: 'spelling-everything-escaped',
    why: 'Any character may be escaped, also letters and digits.',
    sends: 'every byte of every value as %XX',
    spell: (fields) => joined(fields, everyByte),
  },
  {
    id: 'spelling-names-escaped',
    why: 'Characters of names may be escaped, too; names are decoded before they are sorted.',
    sends: 'names such as %68ouseId',
    spell: (fields) =>
      fields
        .map(([name, value]) => `${everyByte(name.slice(0, 1))}${name.slice(1)}=${encodeURIComponent(value)}`)
        .join('&'),
  },
  {
    id: 'spelling-net-uri',
    why: 'Uri.EscapeDataString of .NET leaves only letters, digits and -_.~ unescaped.',
    sends: "!*'() escaped, ~ as it is",
    spell: (fields) => joined(fields, (text) => escapeMore(text, /[!'()*]/g).replaceAll('%20', '+')),
  },
  {
    id: 'spelling-net-http-utility',
    why: 'HttpUtility.UrlEncode of .NET leaves !()* unescaped and escapes ~.',
    sends: '!()* as they are, ~ as %7e',
    spell: (fields) =>
      joined(fields, (text) =>
        escapeMore(text, /['~]/g)
          .replaceAll('%20', '+')
          .replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase()),
      ),
  },
  {
    id: 'spelling-raw-utf-8',
    level: 'should',
    why: 'Some senders leave characters beyond ASCII unescaped; the bytes are UTF-8.',
    sends: 'Chinese as raw bytes of UTF-8',
    spell: (fields) => joined(fields, (text) => (text === userName ? text.replaceAll(' ', '+') : text)),
  },
  {
    id: 'spelling-order-reversed',
    why: 'The order on the wire is not the order of signing.',
    sends: 'the fields in descending order of their names',
    spell: (fields) => formOf([...ascending(fields)].reverse()),
  },
  {
    id: 'spelling-order-ascending',
    why: 'The order on the wire is free.',
    sends: 'the fields in ascending order of their names',
    spell: (fields) => formOf(ascending(fields)),
  },
  {
    id: 'spelling-order-mixed',
    why: 'A .NET dictionary gives its entries in any order.',
    sends: 'the fields in an order that is neither ascending nor descending',
    spell: (fields) => formOf([...fields.slice(3), ...fields.slice(0, 3)]),
  },
  {
    id: 'spelling-empty-segments',
    level: 'should',
    why: 'The standard of forms skips empty segments: a&& in the middle or & at the end adds no field.',
    sends: '&& in the middle and & at the end',
    spell: (fields) => `${formOf(fields).replace('&', '&&')}&`,
  },
];

export const spellingCases: readonly ConformanceCase[] = [
  ...spellings.map(({ spell, ...spelling }) =>
    delivers({ ...spelling, hint }, (probe) => {
      const fields = probe.fields({ userName });
      return probe.sign(fields, { body: spell(fields) });
    }),
  ),
  delivers(
    {
      id: 'spelling-name-without-equals',
      level: 'should',
      why: 'A name without = has an empty value by the standard of forms.',
      sends: 'an empty userName, written as &userName',
      hint,
    },
    (probe) => {
      const fields = probe.fields({ userName: '' });
      return probe.sign(fields, { body: formOf(fields).replace('userName=', 'userName') });
    },
  ),
];
