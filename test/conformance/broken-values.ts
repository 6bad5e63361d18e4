// Mistakes in decoding a form. Beside each, the cases that have to find it, and no others.
import type { Broken } from './broken-receivers.ts';
import { careful, decodePart, inOrder, Refused, required, splitForm } from './careful-receiver.ts';
import { changeValues, checkInstead, fromLatin1, latin1Part } from './misreading.ts';

export const brokenValues: readonly Broken[] = [
  {
    name: 'trims values',
    steps: changeValues((value) => value.trim()),
    fails: ['text-byte-order-mark', 'text-exotic-spaces', 'text-only-spaces', 'text-surrounding-spaces'],
  },
  {
    name: 'decodes values twice',
    steps: changeValues(decodeURIComponent),
    fails: ['text-house-id-unicode', 'text-looks-encoded', 'text-percent'],
  },
  {
    name: 'drops empty values',
    steps: { decode: (seen) => careful.decode(seen).filter(([, value]) => value !== '') },
    fails: [
      'field-undeclared-prototype',
      'forge-empty-unknown',
      'forge-repeated-state',
      'form-100-fields',
      'form-empty-name',
      'spelling-name-without-equals',
      'text-empty-name',
    ],
  },
  {
    name: 'normalises text',
    steps: changeValues((value) => value.normalize('NFC')),
    fails: ['text-decomposed'],
  },
  {
    name: 'escapes HTML before it verifies',
    steps: changeValues((value) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;')),
    fails: ['text-html', 'text-separators'],
  },
  {
    name: 'doubles quotes against SQL before it verifies',
    steps: changeValues((value) => value.replaceAll("'", "''")),
    fails: [
      ...['spelling-empty-segments', 'spelling-everything-escaped', 'spelling-lower-hex'],
      ...[
        'spelling-names-escaped',
        'spelling-net-http-utility',
        'spelling-net-uri',
        'spelling-order-ascending',
      ],
      ...['spelling-order-mixed', 'spelling-order-reversed', 'spelling-raw-utf-8'],
      ...['spelling-space-as-percent-20', 'spelling-space-as-plus'],
      ...['text-html', 'text-punctuation', 'text-sql'],
    ],
  },
  {
    name: 'makes numbers of texts that look like some',
    steps: changeValues((value) =>
      value.trim() === '' || Number.isNaN(Number(value)) ? value : String(Number(value)),
    ),
    fails: ['text-leading-zeros'],
  },
  {
    name: 'sorts names by locale',
    steps: {
      signedText: (fields) =>
        [...fields.keys()]
          .sort((left, right) => left.localeCompare(right, 'en'))
          .map((name) => fields.get(name))
          .join(''),
    },
    fails: ['extra-order'],
  },
  {
    name: 'ignores the case of names',
    steps: {
      decode: (seen) =>
        careful
          .decode(seen)
          .map(([name, value]) => [
            required.find((known) => known.toLowerCase() === name.toLowerCase()) ?? name,
            value,
          ]),
    },
    fails: ['field-name-case'],
  },
  {
    name: 'keeps the last of repeated names',
    steps: { collect: (pairs) => new Map(pairs) },
    fails: ['form-repeated-name-last'],
  },
  {
    name: 'keeps the first of repeated names',
    steps: { collect: (pairs) => new Map([...pairs].reverse()) },
    fails: ['forge-repeated-state', 'form-repeated-name-first'],
  },
  {
    name: 'signs all of repeated names and reads the last',
    steps: {
      collect: (pairs) => new Map(pairs),
      signedText: (_fields, pairs) =>
        [...pairs]
          .sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
          .map(([, value]) => value)
          .join(''),
    },
    fails: ['forge-repeated-state-split', 'form-repeated-name-both'],
  },
  {
    name: 'joins repeated names with a comma and reads the last',
    steps: {
      collect: (pairs) => new Map(pairs),
      signedText: (_fields, pairs) =>
        [...new Set(pairs.map(([name]) => name))]
          .sort()
          .map((name) =>
            pairs
              .filter(([other]) => other === name)
              .map(([, value]) => value)
              .join(),
          )
          .join(''),
    },
    fails: ['form-repeated-name-comma'],
  },
  {
    name: 'decodes UTF-8 and percent signs loosely',
    steps: { decode: ({ body }) => [...new URLSearchParams(body.toString('utf8'))] },
    fails: [
      'form-percent-at-end',
      'form-percent-malformed',
      'form-utf-8-cut',
      'form-utf-8-cut-raw',
      'form-utf-8-overlong',
      'form-utf-8-surrogate',
    ],
  },
  {
    name: 'hashes bytes without asking whether they are UTF-8',
    steps: {
      decode: ({ body }) => splitForm(body.toString('latin1'), (raw) => latin1Part(raw)),
      signedText: (fields) => Buffer.from(inOrder(fields).join(''), 'latin1'),
      checkFields: checkInstead((fields) => [...fields].map(([name, value]) => [name, fromLatin1(value)])),
    },
    fails: ['form-gbk-bytes', 'form-utf-8-cut-bytes'],
  },
  {
    name: 'hashes bytes, and takes control characters',
    steps: {
      decode: ({ body }) => splitForm(body.toString('latin1'), (raw) => latin1Part(raw)),
      signedText: (fields) => Buffer.from(inOrder(fields).join(''), 'latin1'),
      checkFields: checkInstead((fields) =>
        [...fields].map(([name, value]) => [name, fromLatin1(value.replace(/[^ -~\u0080-\u00ff]/g, ''))]),
      ),
    },
    fails: [
      'forge-extension-escaped',
      'forge-extension-raw',
      'form-control-delete',
      'form-control-newline',
      'form-control-nul',
      'form-gbk-bytes',
      'form-utf-8-cut-bytes',
    ],
  },
  {
    name: 'decodes percent signs before it makes spaces of plus signs',
    steps: {
      decode: ({ body }) =>
        splitForm(body.toString('latin1'), (raw) =>
          decodePart(raw.replaceAll('+', ' ')).replaceAll('+', ' '),
        ),
    },
    fails: ['text-house-id-unicode', 'text-looks-encoded', 'text-plus'],
  },
  {
    name: 'strips invisible characters',
    steps: changeValues((value) => value.replace(/\p{Cf}/gu, '')),
    fails: ['text-byte-order-mark', 'text-emoji', 'text-right-to-left'],
  },
  {
    name: 'takes the word null for nothing',
    steps: changeValues((value) => value.replace(/^null/, '')),
    fails: ['text-null-word'],
  },
  {
    name: 'does not look at the content type',
    steps: {
      checkRequest(request) {
        if (request.method !== 'POST') throw new Refused(500, 'not a POST');
      },
    },
    fails: ['type-charset-gbk-ascii', 'type-text-plain'],
  },
];
