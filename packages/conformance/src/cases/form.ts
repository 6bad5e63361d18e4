import { refuses } from '../case-shapes.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import type { Probe } from '../probe.ts';
import { formOf, md5, signedValues } from '../signed-request.ts';
import type { Pairs, WireRequest } from '../wire-request.ts';

/** The plain fields with another userName in the body than among what is signed: what a lenient reader would make of it. */
function misread(probe: Probe, rawName: string | Uint8Array, readAs: string): WireRequest {
  const fields = probe.fields({ userName: null });
  const body = Buffer.concat([Buffer.from(`${formOf(fields)}&userName=`), Buffer.from(rawName)]);
  return probe.sign([...fields, ['userName', readAs]], { body });
}

interface Repeated {
  readonly id: string;
  readonly sends: string;
  readonly signed: (once: Pairs, others: Pairs) => Pairs;
}

const repeatedHint =
  'Count the names before you build a map of them, and refuse the form when one occurs twice. Maps keep the first or the last value, depending on the language, so a forger chooses what you read.';

const repeated: readonly Repeated[] = [
  {
    id: 'form-repeated-name-last',
    sends: 'state twice, with the sign of the last one',
    signed: (_once, others) => [...others, ['state', '50000']],
  },
  {
    id: 'form-repeated-name-first',
    sends: 'state twice, with the sign of the first one',
    signed: (_once, others) => [...others, ['state', '0']],
  },
  {
    id: 'form-repeated-name-both',
    sends: 'state twice, with the sign of both',
    signed: (once) => once,
  },
  {
    id: 'form-repeated-name-comma',
    sends: 'state twice, with the sign of both joined by a comma',
    signed: (_once, others) => [...others, ['state', '0,50000']],
  },
];

const repeatedCases: readonly ConformanceCase[] = repeated.map(({ signed, ...sketch }) =>
  refuses(
    {
      ...sketch,
      why: 'A name that occurs twice has no one value; readers disagree, and forgeries live of that.',
      hint: repeatedHint,
    },
    (probe) => {
      const others = probe.fields({ state: null });
      const twice: Pairs = [['state', '0'], ...others, ['state', '50000']];
      return probe.sign(twice, { signed: signed(twice, others), body: formOf(twice) });
    },
  ),
);

interface Broken {
  readonly id: string;
  readonly why: string;
  readonly sends: string;
  readonly raw: string | Uint8Array;
  readonly readAs: string;
}

const utf8Hint =
  'Decode strictly: new TextDecoder("utf-8", { fatal: true }), errors="strict" in Python, mb_check_encoding in PHP, utf8.ValidString in Go, a CharsetDecoder that reports in Java. What a lenient decoder puts in place of broken bytes was never sent.';
const percentHint =
  'Refuse a % that is not followed by two hexadecimal digits, with an answer: an exception of the decoder must not end the request.';
const controlHint =
  'Refuse U+0000 to U+001F and U+007F in names and values. The padding by which an MD5 is extended consists of them.';

const broken: readonly (Broken & { readonly hint: string })[] = [
  {
    id: 'form-percent-malformed',
    why: 'A percent sign without two hexadecimal digits is no form; readers disagree on what it means.',
    sends: 'userName=a%zz, signed as a lenient decoder reads it',
    raw: 'a%zz',
    readAs: 'a%zz',
    hint: percentHint,
  },
  {
    id: 'form-percent-at-end',
    why: 'A percent sign without two hexadecimal digits is no form; readers disagree on what it means.',
    sends: 'userName=100%, with the % bare, signed as a lenient decoder reads it',
    raw: '100%',
    readAs: '100%',
    hint: percentHint,
  },
  {
    id: 'form-utf-8-cut',
    why: 'Half a character is not UTF-8.',
    sends: 'userName=%E5%BC, signed as a decoder reads it that puts U+FFFD in its place',
    raw: '%E5%BC',
    readAs: '\ufffd',
    hint: utf8Hint,
  },
  {
    id: 'form-utf-8-cut-raw',
    why: 'Half a character is not UTF-8, escaped or not.',
    sends: 'the bytes E5 BC, signed as a decoder reads them that puts U+FFFD in their place',
    raw: Uint8Array.of(0xe5, 0xbc),
    readAs: '\ufffd',
    hint: utf8Hint,
  },
  {
    id: 'form-utf-8-overlong',
    why: 'Overlong forms smuggle characters past checks; they are not UTF-8.',
    sends: 'userName=%C0%AF, signed as a decoder reads it that puts U+FFFD in its place',
    raw: '%C0%AF',
    readAs: '\ufffd\ufffd',
    hint: utf8Hint,
  },
  {
    id: 'form-utf-8-surrogate',
    why: 'Halves of surrogate pairs are not UTF-8.',
    sends: 'userName=%ED%A0%80, signed as a decoder reads it that puts U+FFFD in its place',
    raw: '%ED%A0%80',
    readAs: '\ufffd\ufffd\ufffd',
    hint: utf8Hint,
  },
  {
    id: 'form-percent-u',
    why: 'Old decoders of .NET and JavaScript read %uXXXX, which is no form.',
    sends: 'userName=%u5F20, signed as such a decoder reads it',
    raw: '%u5F20',
    readAs: '张',
    hint: percentHint,
  },
  {
    id: 'form-control-nul',
    why: 'A NUL ends a text in some languages, so two readers see two values.',
    sends: 'userName=Lee%00x, rightly signed',
    raw: 'Lee%00x',
    readAs: 'Lee\0x',
    hint: controlHint,
  },
  {
    id: 'form-control-newline',
    why: 'A line break in a name forges lines of logs.',
    sends: 'userName=Lee%0D%0Ax, rightly signed',
    raw: 'Lee%0D%0Ax',
    readAs: 'Lee\r\nx',
    hint: controlHint,
  },
  {
    id: 'form-control-delete',
    why: 'U+007F is a control character like those below the space.',
    sends: 'userName=Lee%7F, rightly signed',
    raw: 'Lee%7F',
    readAs: 'Lee\u007f',
    hint: controlHint,
  },
];

/** The bytes are signed as they are: what a receiver hashes that never decodes UTF-8, as PHP does by default. */
function bytesSigned(probe: Probe, raw: Buffer): WireRequest {
  const fields = probe.fields({ userName: null });
  const escaped = [...raw].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('');
  const timestamp = String(probe.nowMs());
  // userName is the last value in order of names.
  const sign = md5(
    Buffer.concat([Buffer.from(probe.settings.signKey + signedValues(fields)), raw, Buffer.from(timestamp)]),
  );
  return probe.sign(fields, { body: `${formOf(fields)}&userName=${escaped}`, timestamp, sign });
}

export const formCases: readonly ConformanceCase[] = [
  ...repeatedCases,
  ...broken.map(({ raw, readAs, ...sketch }) => refuses(sketch, (probe) => misread(probe, raw, readAs))),
  refuses(
    {
      id: 'form-utf-8-cut-bytes',
      why: 'A receiver that hashes bytes without asking whether they are UTF-8 can be given an extended MD5.',
      sends: 'userName=%E5%BC, its bytes signed as they are',
      hint: utf8Hint,
    },
    (probe) => bytesSigned(probe, Buffer.of(0xe5, 0xbc)),
  ),
  refuses(
    {
      id: 'form-gbk-bytes',
      why: 'Bytes of GBK are not UTF-8, whatever the header says.',
      sends: 'userName=%D5%C5%C8%FD (GBK), its bytes signed as they are',
      hint: utf8Hint,
    },
    (probe) => bytesSigned(probe, Buffer.of(0xd5, 0xc5, 0xc8, 0xfd)),
  ),
  refuses(
    {
      id: 'form-empty',
      why: 'A notification without fields says nothing.',
      sends: 'an empty body, rightly signed',
      hint: 'Require the six fields before you look at their values.',
    },
    (probe) => probe.sign([], { body: '' }),
  ),
  refuses(
    {
      id: 'form-empty-name',
      level: 'should',
      why: 'A field without a name is no field of the contract.',
      sends: 'the right form and a further =, rightly signed',
      hint: 'Refuse fields with an empty name.',
    },
    (probe) => {
      const fields = probe.fields();
      return probe.sign(fields, { body: `${formOf(fields)}&=` });
    },
  ),
  refuses(
    {
      id: 'form-100-fields',
      why: 'Parsers drop what is beyond their limit of fields, and what is dropped is neither checked nor signed.',
      sends: 'the right form and 100 further empty fields, which leave the sign as it is',
      hint: 'Refuse every field that was not declared, and more than 64 fields at once.',
    },
    (probe) => {
      const fields = probe.fields();
      const more = Array.from({ length: 100 }, (_, index) => `&z${index}=`).join('');
      return probe.sign(fields, { body: formOf(fields) + more });
    },
  ),
];
