import { CommandError, exitCodes } from './command-error.ts';
import type { PastedRequest } from './pasted-request.ts';
import { splitShellWords } from './shell-words.ts';

const withValue: Readonly<Record<string, string>> = {
  H: 'header',
  d: 'data',
  F: 'form',
  X: 'request',
  A: 'user-agent',
  b: 'cookie',
  c: 'cookie-jar',
  e: 'referer',
  m: 'max-time',
  o: 'output',
  u: 'user',
  w: 'write-out',
  x: 'proxy',
};
const longWithValue: readonly string[] = [
  ...Object.values(withValue),
  'data-raw',
  'data-binary',
  'data-ascii',
  'data-urlencode',
  'json',
  'form-string',
  'url',
  'connect-timeout',
  'retry',
  'resolve',
  'cacert',
];
const boundary = '--pasted-from-curl';

/** Reads the headers and the body that a curl command line would send. */
export function readCurlCommand(command: string): PastedRequest {
  const headers = new Map<string, string>();
  const parts: string[] = [];
  const formParts: string[] = [];
  for (const [option, value] of listOptions(splitShellWords(command))) {
    if (option === 'header') {
      const colon = value.indexOf(':');
      if (colon > 0) headers.set(value.slice(0, colon).trim().toLowerCase(), value.slice(colon + 1).trim());
    } else if (option === 'form' || option === 'form-string') {
      formParts.push(formPart(value));
    } else if (option === 'data-urlencode') {
      parts.push(urlencoded(value));
    } else if (option === 'json' || option.startsWith('data')) {
      if (option !== 'data-raw' && value.startsWith('@')) throw bodyInFile(value);
      if (option === 'json' && !headers.has('content-type')) headers.set('content-type', 'application/json');
      parts.push(value);
    }
  }
  const body = formParts.length > 0 ? `${formParts.join('')}${boundary}--\r\n` : parts.join('&');
  return { headers, body: Buffer.from(body, 'utf8'), remarks: [] };
}

function* listOptions(words: readonly string[]): Generator<readonly [option: string, value: string]> {
  for (let index = 1; index < words.length; index++) {
    const word = words[index] ?? '';
    if (word.startsWith('--')) {
      const option = word.slice(2);
      if (longWithValue.includes(option)) yield [option, words[++index] ?? ''];
    } else if (word.startsWith('-')) {
      // Short options can be written together, the last one with its value: -sSd 'a=1', -XPOST.
      for (let at = 1; at < word.length; at++) {
        const option = withValue[word.charAt(at)];
        if (option === undefined) continue;
        yield [option, at + 1 < word.length ? word.slice(at + 1) : (words[++index] ?? '')];
        break;
      }
    }
  }
}

function urlencoded(value: string): string {
  const found = /^([^=@]*)([=@])(.*)$/s.exec(value);
  if (found === null) return encodeURIComponent(value);
  const [, name = '', mark, content = ''] = found;
  if (mark === '@') throw bodyInFile(value);
  return `${name === '' ? '' : `${name}=`}${encodeURIComponent(content)}`;
}

function formPart(value: string): string {
  const equals = value.indexOf('=');
  const name = value.slice(0, equals);
  return `${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value.slice(equals + 1)}\r\n`;
}

function bodyInFile(value: string): CommandError {
  return new CommandError(
    exitCodes.usage,
    `The curl command reads its body from a file (${value}): give that with --body-file instead.`,
  );
}
