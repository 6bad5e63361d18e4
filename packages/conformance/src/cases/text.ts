import { delivers } from '../case-shapes.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import type { Probe } from '../probe.ts';

interface Text {
  readonly id: string;
  readonly level?: 'should';
  readonly userName: string;
  readonly why: string;
  readonly hint: string;
}

const keepAsIs =
  'Sign and store the value exactly as it was decoded: no trim, no normalisation, no escaping, no conversion.';

const names: readonly Text[] = [
  {
    id: 'text-empty-name',
    userName: '',
    why: 'userName may be empty; it then adds nothing to the signed text, and the field is still there.',
    hint: 'Keep fields with empty values when you collect the form; require the field, not a value in it.',
  },
  {
    id: 'text-surrounding-spaces',
    userName: '  Lee  ',
    why: 'Spaces at the ends are part of the value and of what was signed.',
    hint: keepAsIs,
  },
  {
    id: 'text-exotic-spaces',
    userName: '\u202f张\u00a0三\u3000',
    why: 'U+202F, U+00A0 and U+3000 are characters like others; .NET puts U+202F into times, and trim functions remove it.',
    hint: keepAsIs,
  },
  {
    id: 'text-only-spaces',
    userName: '   ',
    why: 'A value of spaces alone is not an empty value.',
    hint: keepAsIs,
  },
  {
    id: 'text-plus',
    userName: 'a+b',
    why: 'A plus sign arrives as %2B and is not a space.',
    hint: 'Decode once, with a decoder of forms: first + becomes a space, then %2B becomes +.',
  },
  {
    id: 'text-percent',
    userName: '100%',
    why: 'A decoded value may hold a percent sign; decoding it once more fails or changes it.',
    hint: 'Do not call decodeURIComponent, urldecode or the like on values that the framework has decoded already.',
  },
  {
    id: 'text-looks-encoded',
    userName: '%E5%BC%A0+1',
    why: 'A decoded value may look as if it were encoded; it is not decoded again.',
    hint: 'Do not call decodeURIComponent, urldecode or the like on values that the framework has decoded already.',
  },
  {
    id: 'text-separators',
    userName: 'a&b=c;d[e]=f?g#h/i:j',
    why: 'Characters with a meaning in forms and URLs are data once they are decoded.',
    hint: 'Split the body at & and = first, then decode; do not put decoded values together and parse them again.',
  },
  {
    id: 'text-punctuation',
    userName: "~!*'()_-.,@$|\\^{}`",
    why: 'Encoders disagree on which punctuation they escape; what was decoded is the same.',
    hint: 'Sign decoded values, never the encoded text of the body.',
  },
  {
    id: 'text-html',
    userName: '<a href="x">Tom & Jerry\'s</a> &quot;',
    why: 'A filter against HTML that rewrites inputs also rewrites what was signed.',
    hint: 'Verify before any filter that escapes or strips; escape when you print, not when you read.',
  },
  {
    id: 'text-sql',
    userName: "O'Neil'); DROP TABLE tasks;-- \\",
    why: 'Names have quotes and backslashes; a filter against SQL that doubles or strips them changes what was signed.',
    hint: 'Verify before any such filter, and use bound parameters in the database.',
  },
  {
    id: 'text-emoji',
    userName: '🏠👨‍👩‍👧 🇨🇳',
    why: 'Names have emoji: four bytes of UTF-8, several joined to one.',
    hint: 'Use full UTF-8 everywhere: utf8mb4 in MySQL, getBytes(UTF_8) in Java; see the log if the handler failed.',
  },
  {
    id: 'text-rare-han',
    userName: '𠮷野家 㐂 𡃁',
    why: 'Family names have Han characters outside the basic plane, which are four bytes of UTF-8.',
    hint: 'Use full UTF-8 everywhere: utf8mb4 in MySQL, getBytes(UTF_8) in Java.',
  },
  {
    id: 'text-decomposed',
    userName: 'e\u0301 가\u1100\u1161 Å\u212b',
    why: 'Composed and decomposed spellings of a letter are different bytes, and were signed as sent.',
    hint: 'Do not apply Unicode normalisation (NFC, NFKC) before verifying.',
  },
  {
    id: 'text-right-to-left',
    userName: '\u200fمرحبا\u200e שלום \u2067x\u2069',
    why: 'Invisible marks of direction are characters like others.',
    hint: keepAsIs,
  },
  {
    id: 'text-byte-order-mark',
    level: 'should',
    userName: '\ufeffLee\ufeff',
    why: 'U+FEFF in a value is a character; decoders that strip it change what was signed.',
    hint: 'Switch off the stripping of byte order marks in the decoder (ignoreBOM: true in JavaScript).',
  },
  {
    id: 'text-zero',
    userName: '0',
    why: 'The text "0" is a value; languages in which it counts as false drop it.',
    hint: 'Test for absence, not for truth (isset, not empty, in PHP).',
  },
  {
    id: 'text-leading-zeros',
    userName: '007.10e3',
    why: 'A text that looks like a number is a text; converted and written back it is another.',
    hint: 'Keep values as strings until they are verified; convert the state alone, afterwards.',
  },
  {
    id: 'text-null-word',
    userName: 'null undefined true',
    why: 'The words null, undefined and true in a name are text.',
    hint: 'Keep values as strings; do not guess types.',
  },
  {
    id: 'text-long-name',
    userName: '张'.repeat(4096),
    why: 'A userName of 4096 Chinese characters is 36 KB of form: within the contract, above some defaults.',
    hint: 'Raise the limit of the form parser to 64 KiB or more, and read the body until its end, not one chunk.',
  },
];

const anyHouse = ({ settings }: Probe): string | null =>
  settings.houseId === null ? null : 'the run keeps to the houseId that it was given';

const longest = (id: string, units: number): string => `${id.slice(0, -1).padEnd(units - 1, 'f')}X`;

const idCases: readonly ConformanceCase[] = [
  delivers(
    {
      id: 'text-longest-ids',
      why: 'Ids may be as long as the contract says: 32, 64, 128 and 32 characters.',
      sends: 'all four ids at their longest',
      hint: 'Make the columns as wide as the contract: houseTaskId 32, houseId 64, packageId 128, userId 32.',
      findLack: anyHouse,
    },
    (probe) => {
      const { houseTaskId, houseId, packageId, userId } = probe.newIds();
      const ids = {
        houseTaskId: longest(houseTaskId, 32),
        houseId: longest(houseId, 64),
        packageId: longest(packageId, 128),
        userId: longest(userId, 32),
      };
      return probe.sign(probe.fields(ids));
    },
  ),
  delivers(
    {
      id: 'text-house-id-unicode',
      why: "houseId is the customer's own and may have any characters.",
      sends: 'a houseId with Chinese, spaces, + / % and #',
      hint: keepAsIs,
      findLack: anyHouse,
    },
    (probe) => probe.sign(probe.fields({ houseId: 'ch-房源 7+8/9 50%#二号楼X' })),
  ),
];

export const textCases: readonly ConformanceCase[] = [
  ...names.map(({ userName, ...text }) =>
    delivers(
      {
        ...text,
        sends: `userName=${JSON.stringify(userName.slice(0, 40))}${userName.length > 40 ? '...' : ''}`,
      },
      (probe) => probe.sign(probe.fields({ userName })),
    ),
  ),
  ...idCases,
];
