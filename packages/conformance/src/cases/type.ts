import { delivers, refuses } from '../case-shapes.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { formOf } from '../signed-request.ts';

interface ContentType {
  readonly id: string;
  readonly level?: 'should';
  readonly contentType: string | null;
  readonly why: string;
}

const hint =
  'Read the body as a form whatever spelling of the type comes: application/x-www-form-urlencoded bare or with charset=utf-8 in any spelling, x-www-form-urlencoded, or no type at all. Many parsers compare the whole header.';

const types: readonly ContentType[] = [
  {
    id: 'type-charset-utf-8',
    contentType: 'application/x-www-form-urlencoded; charset=utf-8',
    why: 'HTTP clients add charset=utf-8 by themselves.',
  },
  {
    id: 'type-charset-upper-case',
    contentType: 'application/x-www-form-urlencoded;charset=UTF-8',
    why: 'Names of charsets have no case, and the space after the semicolon may be missing.',
  },
  {
    id: 'type-case',
    contentType: 'Application/X-WWW-Form-UrlEncoded',
    why: 'Media types have no case.',
  },
  {
    id: 'type-charset-utf8',
    level: 'should',
    contentType: 'application/x-www-form-urlencoded; charset=utf8',
    why: 'The name utf8, without the hyphen, is common, and some parsers answer it with 415.',
  },
  {
    id: 'type-charset-quoted',
    level: 'should',
    contentType: 'application/x-www-form-urlencoded; charset="utf-8"',
    why: 'The value of a parameter may be quoted.',
  },
  {
    id: 'type-short',
    level: 'should',
    contentType: 'x-www-form-urlencoded',
    why: 'Some published pages print the type without application/, and most parsers then give an empty form.',
  },
  {
    id: 'type-absent',
    level: 'should',
    contentType: null,
    why: 'Without a Content-Type the body is the same form, and most parsers then give an empty one.',
  },
];

export const typeCases: readonly ConformanceCase[] = [
  ...types.map(({ contentType, ...type }) =>
    delivers({ ...type, hint, sends: `Content-Type: ${contentType ?? '(none)'}` }, (probe) =>
      probe.sign(probe.fields(), { contentType }),
    ),
  ),
  refuses(
    {
      id: 'type-json',
      why: 'The notification is a form; a JSON body is none, even if its values are rightly signed.',
      sends: 'the six fields as a JSON object, its values rightly signed',
      hint: 'Take the fields from a form alone: remove the JSON parser from this path, or check the Content-Type first. JSON brings numbers, lists and repeated keys, which the signature does not know.',
    },
    (probe) => {
      const fields = probe.fields();
      const body = JSON.stringify(Object.fromEntries(fields));
      return probe.sign(fields, { body, contentType: 'application/json' });
    },
  ),
  refuses(
    {
      id: 'type-multipart',
      why: 'A multipart body is another format, with names and files that the signature does not know.',
      sends: 'the six fields as multipart/form-data, rightly signed',
      hint: 'Take the fields from application/x-www-form-urlencoded alone; switch the multipart parser off on this path.',
    },
    (probe) => {
      const fields = probe.fields();
      const parts = fields.map(
        ([name, value]) => `--bell\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      );
      return probe.sign(fields, {
        body: `${parts.join('')}--bell--\r\n`,
        contentType: 'multipart/form-data; boundary=bell',
      });
    },
  ),
  refuses(
    {
      id: 'type-text-plain',
      level: 'should',
      why: 'A browser sends text/plain across sites without asking; the contract knows one type only.',
      sends: 'a rightly signed form as text/plain',
      hint: 'Refuse every Content-Type but that of forms.',
    },
    (probe) => probe.sign(probe.fields(), { contentType: 'text/plain' }),
  ),
  refuses(
    {
      id: 'type-charset-gbk',
      why: 'Forms in GBK are refused: GBK maps any byte back and forth, so it lets the length of the MD5 be extended.',
      sends: 'Chinese in bytes of GBK under charset=gbk, its decoded values rightly signed',
      hint: 'Decode as UTF-8 alone. Refuse every other charset parameter, for example with 415 and an envelope.',
    },
    (probe) => {
      const fields = probe.fields({ userName: '张三' });
      const body = formOf(fields).replace('userName=%E5%BC%A0%E4%B8%89', 'userName=%D5%C5%C8%FD');
      return probe.sign(fields, { body, contentType: 'application/x-www-form-urlencoded; charset=gbk' });
    },
  ),
  refuses(
    {
      id: 'type-charset-latin-1',
      why: 'A receiver that obeys the charset parameter can be made to read other text than was signed.',
      sends: 'é as the byte E9 under charset=iso-8859-1, its decoded value rightly signed',
      hint: 'Decode as UTF-8 alone, and refuse every other charset parameter.',
    },
    (probe) => {
      const fields = probe.fields({ userName: 'José' });
      const body = formOf(fields).replace('Jos%C3%A9', 'Jos%E9');
      return probe.sign(fields, {
        body,
        contentType: 'application/x-www-form-urlencoded; charset=iso-8859-1',
      });
    },
  ),
  refuses(
    {
      id: 'type-charset-gbk-ascii',
      level: 'should',
      why: 'A declared charset that is not UTF-8 says that something is wrong, even while all characters are ASCII.',
      sends: 'an ASCII form under charset=gbk, rightly signed',
      hint: 'Refuse every charset parameter but utf-8, so that a sender that is set up wrongly is noticed at once.',
    },
    (probe) =>
      probe.sign(probe.fields({ userName: 'Lee' }), {
        contentType: 'application/x-www-form-urlencoded; charset=gbk',
      }),
  ),
];
