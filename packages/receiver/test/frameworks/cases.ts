import { form, seedFields, signedRequest, type TestRequest, unsignedRequest } from '../signed-request.ts';

/** A request, and `<HTTP status> <state> <payload>` for the answer; `-` where it is not one of ours. */
export type Case = readonly [name: string, request: TestRequest, answer: string];

const SUCCESS = '200 200 Success';
const DENIED = '200 401 authentication failed';
const { userName: _userName, ...withoutUserName } = seedFields;

const typed = (contentType: string): TestRequest =>
  signedRequest(seedFields, { headers: { 'content-type': contentType } });
const changed = (fields: Record<string, string>): TestRequest => signedRequest({ ...seedFields, ...fields });
const written = (body: string | Uint8Array): TestRequest => signedRequest(seedFields, { body });

function untyped(): TestRequest {
  const request = signedRequest();
  return { ...request, headers: request.headers.filter(([name]) => name !== 'content-type') };
}

const json = signedRequest(seedFields, {
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(seedFields),
});

/** The extra fields that some of the cases hold. */
export const EXTRA: readonly string[] = ['cityId', 'comments'];

const FORM = 'application/x-www-form-urlencoded';
const accepted: readonly Case[] = [
  ['no content type', untyped(), SUCCESS],
  ['the bare content type', typed('x-www-form-urlencoded'), SUCCESS],
  ['charset=utf-8', typed(`${FORM}; charset=utf-8`), SUCCESS],
  ['charset=UTF8', typed(`${FORM}; charset=UTF8`), SUCCESS],
  ['a quoted charset', typed(`${FORM};charset="UTF-8"`), SUCCESS],
  ['an empty name of the user', changed({ userName: '' }), SUCCESS],
  ['spaces around a value', changed({ userName: ' Lee\u3000' }), SUCCESS],
  ['characters that mean something in a form', changed({ userName: "a+b c%20&=~!*'()" }), SUCCESS],
  ['text that looks escaped twice', changed({ userName: '%25E5%BC%A0' }), SUCCESS],
  ['text that looks like markup', changed({ userName: '<a&b> "x"' }), SUCCESS],
  ['emoji and rare Han', changed({ userName: '🏠𠮷' }), SUCCESS],
  ['state 0', changed({ state: '0' }), SUCCESS],
  ['a declared extra field', changed({ cityId: '31' }), SUCCESS],
  [
    'fields in another order',
    written(form(Object.fromEntries(Object.entries(seedFields).reverse()))),
    SUCCESS,
  ],
  ['%20 for a space', written(form(seedFields).replaceAll('+', '%20')), SUCCESS],
  ['bytes of UTF-8 that are not escaped', written(`${form(withoutUserName)}&userName=张三+Lee`), SUCCESS],
  ['a name of 4096 characters', changed({ userName: '长'.repeat(4096) }), SUCCESS],
  ['a form of 60 KB', changed({ userName: '长'.repeat(4096), comments: '长'.repeat(2500) }), SUCCESS],
];

const refused: readonly Case[] = [
  ['a wrong key', signedRequest(seedFields, { key: 'another-key' }), DENIED],
  ['no sign', unsignedRequest(form(seedFields)), DENIED],
  ['another state under the same sign', written(form({ ...seedFields, state: '51000' })), DENIED],
  ['a value escaped twice', written(form(seedFields).replaceAll('%', '%25')), DENIED],
  ['an empty body', written(''), DENIED],
  ['charset gbk', typed(`${FORM}; charset=gbk`), '200 500 charset-unsupported'],
  ['JSON', json, '200 500 content-type-unsupported'],
  ['multipart', typed('multipart/form-data; boundary=x'), '200 500 content-type-unsupported'],
  ['a name that comes twice', written(`${form(seedFields)}&state=`), '200 500 form-repeated-name: state'],
  ['a control character', changed({ userName: 'a\u0000' }), '200 500 form-control-character: userName'],
  [
    'escapes that are not UTF-8',
    written(`${form(withoutUserName)}&userName=%D5%C5`),
    '200 500 form-invalid-utf8: userName',
  ],
  [
    'bytes that are not UTF-8',
    written(Buffer.from(`${form(withoutUserName)}&userName=\xD5\xC5`, 'latin1')),
    '200 500 form-invalid-utf8',
  ],
  [
    'a lone percent sign',
    written(`${form(withoutUserName)}&userName=100%`),
    '200 500 form-malformed-percent: userName',
  ],
  ['an undeclared field', changed({ zone: 'x' }), '200 500 field-undeclared: zone'],
  [
    'a name that asks for a list',
    written(form(seedFields).replace('state=', 'state[]=')),
    '200 500 field-missing: state',
  ],
  ['a name with brackets', changed({ 'a[b]': 'x' }), '200 500 field-undeclared: a[b]'],
  ['an empty __proto__', written(`${form(seedFields)}&__proto__=`), '200 500 field-undeclared: __proto__'],
  ['an empty name', written(`${form(seedFields)}&=x`), '200 500 form-empty-name'],
  ['an unknown state', changed({ state: '50001' }), '200 500 state-unknown: state'],
  ['a form of 200 KB', unsignedRequest('x'.repeat(200_000)), '413 500 form-too-large'],
  ['a GET', { method: 'GET', headers: [], body: new Uint8Array() }, '405 500 method-not-post'],
];

export const cases: readonly Case[] = [...accepted, ...refused];
