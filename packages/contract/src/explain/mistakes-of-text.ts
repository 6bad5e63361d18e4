import { createHash, createHmac } from 'node:crypto';
import { encodeGbk } from './gbk.ts';
import { alone, type Mistake, mistake } from './mistake.ts';
import type { Entry, Recipe } from './recipe.ts';

type Separator = readonly [separator: string, shown: string];

const separators: readonly Separator[] = [
  ['&', 'an ampersand'],
  [',', 'a comma'],
  ['|', 'a vertical bar'],
];
const rareSeparators: readonly Separator[] = [
  ['\n', 'a line feed'],
  [' ', 'a space'],
  ['-', 'a hyphen'],
  ['_', 'an underscore'],
  [';', 'a semicolon'],
  [':', 'a colon'],
  ['#', 'a number sign'],
  ['.', 'a full stop'],
  ['+', 'a plus sign'],
];

function joinWith(separator: string, write: (entry: Entry) => string): Recipe['join'] {
  return (entries) => entries.map(write).join(separator);
}

const bareValue = ([, value]: Entry): string => value;
const nameAndValue = ([name, value]: Entry): string => `${name}${value}`;
const nameIsValue = ([name, value]: Entry): string => `${name}=${value}`;
const nameColonValue = ([name, value]: Entry): string => `${name}:${value}`;

const names = (join: Recipe['join'], detail: string): Mistake => mistake('names-included', { join }, detail);

function namesBetween([separator, shown]: Separator): readonly Mistake[] {
  const join = joinWith(separator, nameIsValue);
  const detail = `Each as name=value, with ${shown} between`;
  return [
    names(join, `${detail}.`),
    mistake(
      'names-included',
      { join, glue: separator },
      `${detail}, and after the key and before the timestamp.`,
    ),
  ];
}

function separatorsBetween([separator, shown]: Separator): readonly Mistake[] {
  const join = joinWith(separator, bareValue);
  return [
    mistake('separators-included', { join }, `Between the values stands ${shown}.`),
    mistake(
      'separators-included',
      { join, glue: separator },
      `Between key, values and timestamp stands ${shown}.`,
    ),
    mistake(
      'separators-included',
      { glue: separator },
      `After the key and before the timestamp stands ${shown}.`,
    ),
  ];
}

const withNames: readonly Mistake[] = [
  names(joinWith('', nameAndValue), 'Each as namevalue, with nothing between.'),
  names(joinWith('', nameIsValue), 'Each as name=value, with nothing between.'),
  ...namesBetween(['&', 'an ampersand']),
  ...[...separators.slice(1), ...rareSeparators].flatMap(namesBetween).map(alone),
  alone(names(joinWith('', nameColonValue), 'Each as name:value, with nothing between.')),
  alone(names(joinWith(',', nameColonValue), 'Each as name:value, with a comma between.')),
];
const withSeparators: readonly Mistake[] = [
  ...separators.flatMap(separatorsBetween),
  ...rareSeparators.flatMap(separatorsBetween).map(alone),
];

const timestampPlaces = ['field', 'end', 'absent', 'parameter'] as const;

/** How signers join the values. */
export function mistakesOfJoining(bodyText: string): readonly Mistake[] {
  const json: Recipe['join'] = (entries) => JSON.stringify(Object.fromEntries(entries));
  return [
    ...withNames,
    ...withSeparators,
    mistake('body-signed-whole', { join: () => bodyText }),
    mistake('json-signed', { join: json }),
    mistake('empties-dropped', { empties: 'dropped' }),
    ...timestampPlaces.map((timestampPlace) =>
      mistake('rule-of-wechat-pay', {
        join: joinWith('&', nameIsValue),
        empties: 'dropped',
        keyPlace: 'parameter',
        timestampPlace,
      }),
    ),
    ...timestampPlaces.map((timestampPlace) =>
      mistake('rule-of-taobao', { join: joinWith('', nameAndValue), keyPlace: 'both-ends', timestampPlace }),
    ),
  ];
}

/** How signers turn the text into a digest. `isAscii`: whether the text is, so that charsets cannot matter. */
export function mistakesOfDigest(algorithm: string, isAscii: boolean): readonly Mistake[] {
  const name = algorithm.toUpperCase();
  const hash = (bytes: Uint8Array | string): string => createHash(algorithm).update(bytes).digest('hex');
  const hmac: Recipe['digest'] = (text, key) => createHmac(algorithm, key).update(text, 'utf8').digest('hex');
  const charsets: readonly Mistake[] = [
    mistake('text-charset', { digest: (text) => hash(encodeGbk(text)) }, 'Hashed in GBK.'),
    mistake('text-charset', { digest: (text) => hash(Buffer.from(text, 'latin1')) }, 'Hashed in Latin-1.'),
    mistake(
      'text-charset',
      { digest: (text) => hash(text.replace(/[^\0-\x7f]/g, '?')) },
      'Hashed in ASCII, with "?" for all else.',
    ),
  ];
  return [
    mistake('digest-hmac', { digest: hmac, keyPlace: 'absent' }, `HMAC-${name}, with the key as its key.`),
    mistake('digest-hmac', { digest: hmac }, `HMAC-${name}, with the key also in the text.`),
    mistake('text-case', { letters: (text) => text.toUpperCase() }, 'Upper case.'),
    mistake('text-case', { letters: (text) => text.toLowerCase() }, 'Lower case.'),
    ...(isAscii ? [] : charsets),
    alone(
      mistake('text-charset', { digest: (text) => hash(Buffer.from(text, 'utf16le')) }, 'Hashed in UTF-16.'),
    ),
    mistake('digest-twice', { digest: (text) => hash(hash(text)) }, 'The hex digits were hashed again.'),
    alone(
      mistake(
        'digest-twice',
        { digest: (text) => hash(hash(text).toUpperCase()) },
        'The upper-case hex digits were hashed again.',
      ),
    ),
  ];
}
