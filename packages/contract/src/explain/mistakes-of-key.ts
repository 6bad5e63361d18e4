import { createHash } from 'node:crypto';
import { alone, type Mistake, mistake } from './mistake.ts';
import { percentDecode } from './percent-decode.ts';

type Surrounding = readonly [before: string, after: string, detail: string];

const around: readonly Surrounding[] = [
  ['', '\n', 'A line feed follows the key.'],
  ['', '\r\n', 'A carriage return and a line feed follow the key.'],
  ['', ' ', 'A space follows the key.'],
  ['"', '"', 'The key is in double quotes.'],
];
const rarelyAround: readonly Surrounding[] = [
  ['', '\r', 'A carriage return follows the key.'],
  [' ', '', 'A space precedes the key.'],
  [' ', ' ', 'A space stands on each side of the key.'],
  ['', '\t', 'A tab follows the key.'],
  ['', '\0', 'A zero character follows the key.'],
  ["'", "'", 'The key is in single quotes.'],
  ['<', '>', 'The key is in angle brackets.'],
  ['\ufeff', '', 'A byte order mark precedes the key.'],
];

/** The key without what editors, shells and configuration files put around it. */
export function trimKey(key: string): string {
  return key.replace(/^[\s\ufeff"'`<\0]+|[\s"'`>\0]+$/g, '');
}

/** What signers do to a key, and where they put it. */
export function mistakesOfKey(signKey: string, otherKeys: readonly string[]): readonly Mistake[] {
  const md5 = createHash('md5').update(signKey, 'utf8').digest('hex');
  const surround = ([before, after, detail]: Surrounding): Mistake =>
    mistake('key-surrounded', { key: `${before}${signKey}${after}` }, detail);
  const others = otherKeys.map((key, index) =>
    mistake('key-other', { key }, `It is candidate key number ${index + 2}.`),
  );
  const changed = [
    mistake('key-not-trimmed', { key: trimKey(signKey) }),
    ...around.map(surround),
    ...rarelyAround.map(surround).map(alone),
    mistake('key-escaped', { key: encodeURIComponent(signKey.toWellFormed()) }, 'Percent-encoded.'),
    mistake('key-escaped', { key: percentDecode(signKey) }, 'Percent-decoded.'),
    mistake('key-escaped', { key: percentDecode(signKey.replaceAll('+', ' ')) }, 'Form-decoded.'),
    mistake('key-case', { key: signKey.toUpperCase() }, 'Upper case.'),
    mistake('key-case', { key: signKey.toLowerCase() }, 'Lower case.'),
    mistake('key-hashed', { key: md5 }, 'MD5 in lower-case hex.'),
    mistake('key-hashed', { key: md5.toUpperCase() }, 'MD5 in upper-case hex.'),
  ];
  return [
    ...others,
    ...changed.filter(({ change }) => change.key !== signKey && change.key !== ''),
    ...places,
  ];
}

const places: readonly Mistake[] = [
  mistake('key-misplaced', { keyPlace: 'end' }, 'It follows the timestamp.'),
  mistake(
    'key-misplaced',
    { keyPlace: 'before-timestamp' },
    'It stands between the values and the timestamp.',
  ),
  mistake('key-at-both-ends', { keyPlace: 'both-ends' }),
  mistake('key-as-parameter', { keyPlace: 'parameter' }, 'As "&key=" at the end.'),
  mistake('key-as-parameter', { keyPlace: 'field' }, 'As a field signKey, sorted among the others.'),
  mistake('key-left-out', { keyPlace: 'absent' }),
];
