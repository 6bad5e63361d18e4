// Mistakes in checking fields, and in what counts as a form. Beside each, the cases that have to find it, and no others.
import type { Broken } from './broken-receivers.ts';
import { careful, extras, inOrder, lengths, Refused, required, splitForm } from './careful-receiver.ts';
import { checkInstead, latin1Part, query } from './misreading.ts';

export const brokenFields: readonly Broken[] = [
  {
    name: 'takes the name "0" for none',
    steps: {
      checkFields(fields) {
        careful.checkFields(fields);
        if (fields.get('userName') === '0') throw new Refused(500, 'userName is missing');
      },
    },
    fails: ['text-zero'],
  },
  {
    name: 'takes state 0 for none',
    steps: {
      checkFields(fields) {
        careful.checkFields(fields);
        if (!Number(fields.get('state'))) throw new Refused(500, 'state is missing');
      },
    },
    fails: ['state-0'],
    refuses: ['forge-state-0'],
  },
  {
    name: 'reads GBK where the charset says so',
    steps: {
      checkRequest(request) {
        if (!/charset=gbk/.test(request.headers['content-type'] ?? '')) careful.checkRequest(request);
      },
      decode(seen) {
        if (!/charset=gbk/.test(seen.request.headers['content-type'] ?? '')) return careful.decode(seen);
        const gbk = new TextDecoder('gbk');
        return splitForm(seen.body.toString('latin1'), (raw) =>
          gbk.decode(Buffer.from(latin1Part(raw), 'latin1')),
        );
      },
    },
    fails: ['type-charset-gbk', 'type-charset-gbk-ascii'],
  },
  {
    name: 'reads Latin-1 where the charset says so',
    steps: {
      checkRequest(request) {
        if (!/charset=iso-8859-1/.test(request.headers['content-type'] ?? '')) careful.checkRequest(request);
      },
      decode: (seen) =>
        /charset=iso-8859-1/.test(seen.request.headers['content-type'] ?? '')
          ? splitForm(seen.body.toString('latin1'), latin1Part)
          : careful.decode(seen),
    },
    fails: ['type-charset-latin-1'],
  },
  {
    name: 'takes fields that nobody declared',
    steps: {
      checkFields: checkInstead((fields) =>
        [...fields].filter(([name]) => required.includes(name) || extras.includes(name)),
      ),
    },
    fails: [
      'field-undeclared',
      'field-undeclared-prototype',
      'forge-empty-unknown',
      'forge-value-to-unknown',
      'form-100-fields',
      'form-empty-name',
    ],
  },
  {
    name: 'takes ids and names of any length',
    steps: {
      checkFields: checkInstead((fields) =>
        [...fields].map(([name, value]) => [name, name === 'state' ? value : value.slice(0, 30)]),
      ),
    },
    fails: [
      ...Object.keys(lengths).map((name) => `field-too-long-${name}`),
      'field-too-long-userName',
      'forge-task-id-overlong',
    ],
  },
  {
    name: 'takes empty ids',
    steps: {
      checkFields: checkInstead((fields) =>
        [...fields].map(([name, value]) => [name, value === '' && name !== 'state' ? 'x' : value]),
      ),
    },
    fails: [
      'field-empty-houseId',
      'field-empty-houseTaskId',
      'field-empty-packageId',
      'field-empty-userId',
      'forge-house-id-emptied',
      'forge-ids-folded',
      'forge-user-id-emptied',
    ],
  },
  {
    name: 'does not miss a userId that is absent',
    steps: { checkFields: checkInstead((fields) => [['userId', 'x'], ...fields]) },
    fails: ['field-missing-userId', 'forge-user-id-dropped'],
  },
  {
    name: 'takes any number for a state',
    steps: {
      checkFields: checkInstead((fields) =>
        [...fields].map(([name, value]) => [
          name,
          name === 'state' && Number.isFinite(Number(value)) ? '0' : value,
        ]),
      ),
    },
    fails: [
      'field-empty-state',
      ...['exponent', 'fraction', 'hexadecimal', 'leading-zeros', 'many-zeros', 'minus-zero', 'overflow'].map(
        (state) => `field-state-${state}`,
      ),
      ...['plus-sign', 'shortened', 'spaces', 'unknown'].map((state) => `field-state-${state}`),
      'forge-state-digit-to-user-id',
      'forge-state-emptied',
      'forge-state-zeros',
      'state-minus-1',
    ],
  },
  {
    name: 'reads a state up to the first letter',
    steps: {
      checkFields: checkInstead((fields) =>
        [...fields].map(([name, value]) => [
          name,
          name === 'state' ? String(Number.parseInt(value, 10)) : value,
        ]),
      ),
    },
    fails: [
      'followed-by-text',
      'fraction',
      'hexadecimal',
      'leading-zeros',
      'many-zeros',
      'minus-zero',
      'plus-sign',
      'spaces',
    ]
      .map((state) => `field-state-${state}`)
      .concat('forge-state-zeros'),
  },
  {
    name: 'reads digits of every script',
    steps: {
      checkFields: checkInstead((fields) =>
        [...fields].map(([name, value]) => [name, name === 'state' ? value.normalize('NFKC') : value]),
      ),
    },
    fails: ['field-state-full-width'],
  },
  {
    name: 'takes the fields from the query as well',
    steps: { decode: (seen) => [...query(seen.request.url), ...careful.decode(seen)] },
    fails: ['request-fields-in-query', 'request-state-in-query'],
  },
  {
    name: 'takes the fields from JSON as well',
    steps: {
      checkRequest(request) {
        if (request.headers['content-type'] !== 'application/json') careful.checkRequest(request);
      },
      decode: (seen) =>
        seen.request.headers['content-type'] === 'application/json'
          ? Object.entries(JSON.parse(seen.body.toString('utf8')) as Record<string, string>)
          : careful.decode(seen),
    },
    fails: ['type-json'],
  },
  {
    name: 'stores no characters of four bytes',
    steps: {
      checkFields(fields) {
        careful.checkFields(fields);
        if ([...fields.values()].some((value) => /[\u{10000}-\u{10ffff}]/u.test(value)))
          throw new Error('column');
      },
    },
    fails: ['http-slow-body', 'text-emoji', 'text-rare-han'],
  },
  {
    name: 'has a column too narrow',
    steps: {
      checkFields(fields) {
        careful.checkFields(fields);
        if ((fields.get('houseId') ?? '').length > 36) throw new Error('column');
      },
    },
    fails: ['text-longest-ids'],
  },
  {
    name: 'knows only what a task ends with',
    steps: {
      checkFields(fields) {
        careful.checkFields(fields);
        if (!['0', '50000', '51000', '52000'].includes(fields.get('state') ?? ''))
          throw new Refused(500, 'state');
      },
    },
    fails: [
      'http-keep-alive',
      'http-parallel-same-task',
      ...[9000, 10000, 20000, 30000, 40000, 45000].map((state) => `state-${state}`),
      'state-outside-diagram',
      'state-recurs',
    ],
  },
  {
    name: 'does not know how a task ends',
    steps: {
      checkFields(fields) {
        careful.checkFields(fields);
        if (['51000', '52000'].includes(fields.get('state') ?? '')) throw new Refused(500, 'state');
      },
    },
    fails: ['http-parallel-same-task', 'state-51000', 'state-52000'],
  },
  {
    name: 'knows no extra parameters',
    steps: {
      checkFields(fields) {
        careful.checkFields(fields);
        if (extras.some((name) => fields.has(name))) throw new Refused(500, 'undeclared');
      },
    },
    fails: ['extra-empty', 'extra-one-of-several', 'extra-order', 'extra-sent'],
  },
  {
    name: 'insists on six fields under revision 2021-05',
    revision: '2021-05',
    steps: {},
    fails: ['extra-four-fields', 'extra-user-id-empty'],
  },
  {
    name: 'takes leading zeros before the timestamp and any state under revision 2021-05',
    revision: '2021-05',
    steps: {
      readTimestamp: (text) => careful.readTimestamp(text.replace(/^0+/, '')),
      checkFields: checkInstead((fields) => [
        ['userName', ''],
        ...[...fields].map(([name, value]): [string, string] => [
          name,
          name === 'state' && value === '5' ? '0' : value,
        ]),
        ['userId', fields.get('userId') || 'x'],
      ]),
    },
    fails: ['forge-state-to-timestamp', 'forge-zeros-to-timestamp', 'timestamp-leading-zeros'],
  },
  {
    name: 'takes an empty form',
    steps: { checkFields: (fields) => (fields.size === 0 ? undefined : careful.checkFields(fields)) },
    fails: ['form-empty'],
  },
  {
    name: 'takes the fields that it knows, and makes up the others',
    steps: {
      checkFields: checkInstead((fields) => {
        const made = required.map((name): [string, string] => [name, name === 'state' ? '0' : 'x']);
        return [...made, ...[...fields].filter(([name]) => [...required, ...extras].includes(name))];
      }),
    },
    fails: [
      ...required.map((name) => `field-missing-${name}`),
      'field-undeclared',
      'field-undeclared-brackets',
      'field-undeclared-prototype',
      ...[
        'delivery-failed',
        'empty-unknown',
        'house-id-dropped',
        'own-request',
        'renamed',
        'state-dropped',
      ].map((id) => `forge-${id}`),
      'forge-user-id-dropped',
      'forge-value-to-unknown',
      'form-100-fields',
      'form-empty',
      'form-empty-name',
    ],
  },
  {
    name: 'takes a state by its name',
    steps: {
      checkFields: checkInstead((fields) =>
        [...fields].map(([name, value]) => [name, name === 'state' && value === 'done' ? '50000' : value]),
      ),
    },
    fails: ['field-state-name'],
  },
  {
    name: 'takes package-download notices as well',
    steps: {
      checkFields: (fields) => (fields.has('fileHash') ? undefined : careful.checkFields(fields)),
    },
    fails: ['forge-package-download'],
  },
  {
    name: 'takes multipart bodies as well',
    steps: {
      checkRequest(request) {
        if (!request.headers['content-type']?.startsWith('multipart/')) careful.checkRequest(request);
      },
      decode(seen) {
        if (!seen.request.headers['content-type']?.startsWith('multipart/')) return careful.decode(seen);
        const parts = seen.body.toString('utf8').matchAll(/name="(.*?)"\r\n\r\n(.*?)\r\n--/gs);
        return [...parts].map(([, name = '', value = '']) => [name, value]);
      },
    },
    fails: ['type-multipart'],
  },
  {
    name: 'hashes the bytes of GBK, control characters and all',
    steps: {
      checkRequest(request) {
        if (!/charset=gbk/.test(request.headers['content-type'] ?? '')) careful.checkRequest(request);
      },
      decode: (seen) =>
        /charset=gbk/.test(seen.request.headers['content-type'] ?? '')
          ? splitForm(seen.body.toString('latin1'), latin1Part)
          : careful.decode(seen),
      signedText: (fields) => {
        const text = inOrder(fields).join('');
        return Buffer.from(text, text.includes('\u0080\0') ? 'latin1' : 'utf8');
      },
      checkFields: checkInstead((fields) =>
        [...fields].map(([name, value]) => [name, value.replace(/\u0080.*$/s, '')]),
      ),
    },
    fails: ['forge-extension-gbk', 'type-charset-gbk-ascii'],
  },
];
