import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPastedRequest } from '../src/pasted-request.ts';
import { splitShellWords } from '../src/shell-words.ts';
import { dataFolder } from './data-folder.ts';
import { type Ended, startDoorbell } from './run-doorbell.ts';

const key = 'CdLvNRRQvy0xjORPNvuVaA';
const timestamp = '1532059200000';
const body = 'state=50000&houseId=HZ-417&userName=%E5%BC%A0+%2B';
const md5 = (text: string): string => createHash('md5').update(text, 'utf8').digest('hex');
const right = md5(`${key}HZ-41750000张 +${timestamp}`);
const encoded = md5(`${key}HZ-41750000%E5%BC%A0+%2B${timestamp}`);

/** Runs `doorbell explain` with a text on its standard input. */
function explainPasted(pasted: string | Uint8Array, ...args: string[]): Promise<Ended> {
  const { child, ended } = startDoorbell(['explain', ...args], { DOORBELL_SIGN_KEY: key });
  child.stdin.end(pasted);
  return ended;
}

function rawRequest(sign: string, form = body): string {
  return `POST /notify HTTP/1.1\r\nHost: x\r\nTimestamp: ${timestamp}\r\nSign: ${sign}\r\n\r\n${form}`;
}

describe('doorbell explain', () => {
  it('ends with 0 for a pasted request that verifies', async () => {
    const { exitCode, stdout } = await explainPasted(rawRequest(right));
    expect(stdout).toMatch(/^verifies: /);
    expect(exitCode).toBe(0);
  });

  it('names the mistake and shows both texts, without the key', async () => {
    const { exitCode, stdout } = await explainPasted(rawRequest(encoded));
    expect(stdout.split('\n').map((line) => line.trim())).toEqual([
      'explained: values-encoded',
      expect.stringMatching(/^The values were signed percent-encoded\./),
      expect.stringMatching(/^fix {2}Sign and verify the decoded values/),
      `text signed   [sign key, 22 characters]HZ-41750000%E5%BC%A0+%2B${timestamp}`,
      `text to sign  [sign key, 22 characters]HZ-41750000张 +${timestamp}`,
    ]);
    expect([stdout.includes(key), stdout.includes(right), exitCode]).toEqual([false, false, 1]);
  });

  it('shows the correct sign when asked', async () => {
    const { stdout } = await explainPasted(rawRequest(encoded), '--show-sign');
    expect(stdout).toContain(`correct sign  ${right}`);
  });

  it('says when nothing leads to the sign', async () => {
    const { exitCode, stdout } = await explainPasted(rawRequest(md5('else')));
    expect(stdout).toMatch(/^unexplained: none of \d+ ways/);
    expect(stdout).toContain('[sign key, 22 characters]HZ-41750000张 +');
    expect(exitCode).toBe(1);
  });

  it('reads a curl command line as it was copied', async () => {
    const curl = `$ curl -sS -XPOST 'http://127.0.0.1/' \\\n  -H "timestamp: ${timestamp}" -H 'sign: ${encoded}' \\\n  --data-raw '${body}'\n`;
    expect((await explainPasted(curl)).stdout).toContain('explained: values-encoded');
  });

  it('takes headers and body as options, and other keys', async () => {
    const signed = md5(`Sibling-Key1${timestamp}`);
    const args = ['--timestamp', timestamp, '--sign', signed, '--body', 'a=1', '--other-key', 'Sibling-Key'];
    const { stdout } = await explainPasted('', ...args, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'explained',
      findings: [{ code: 'key-other' }],
      remarks: [],
    });
    expect(stdout).not.toContain('Sibling-Key');
  });

  it('reads a body file byte by byte, so that GBK is recognised', async () => {
    const path = join(await dataFolder(), 'body');
    await writeFile(path, Buffer.from('613dd5c5', 'hex'));
    const args = ['--timestamp', timestamp, '--sign', md5(`${key}张${timestamp}`), '--body-file', path];
    expect((await explainPasted('', ...args)).stdout).toContain('explained: body-gbk');
  });

  it('judges the age when told when the request was received', async () => {
    const { exitCode, stdout } = await explainPasted(
      rawRequest(right),
      '--received-at',
      '2018-07-20T05:00:00Z',
    );
    expect(stdout).toContain('timestamp-stale');
    expect(exitCode).toBe(1);
  });

  it('notices a body that was cut when it was copied', async () => {
    const cut = rawRequest(right, 'state=5').replace('Host: x', 'Content-Length: 49');
    const { stdout } = await explainPasted(cut);
    expect(stdout).toContain('note: Content-Length announces 49 bytes, but the body has 7');
  });

  it('cannot be made to drive the terminal by the request', async () => {
    const { stdout } = await explainPasted(rawRequest(right, 'a=%1b%5b31m'));
    expect(stdout).toContain('form-control-character');
    expect(stdout).not.toContain('\u001b');
  });

  it.each([
    ['two bodies', ['--body', 'a=1', '--body-file', 'x'], 'Give either --body or --body-file.'],
    ['a file that is not there', ['--body-file', '/nowhere/x'], 'The body cannot be read'],
    ['a time that is none', ['--received-at', 'noon'], 'Write it as 2026-01-31T08:00:00Z'],
  ])('with %s ends with 2', async (_what, args, sentence) => {
    const { exitCode, stderr } = await explainPasted('', ...args);
    expect(stderr).toContain(sentence);
    expect(exitCode).toBe(2);
  });

  it.each(['', '{}', 'curl http://127.0.0.1/'])(
    'says of %j that there is nothing to explain',
    async (pasted) => {
      const { exitCode, stderr } = await explainPasted(pasted);
      expect(stderr).toContain('There is no sign to explain');
      expect(exitCode).toBe(2);
    },
  );

  it('has a help with its exit codes', async () => {
    const { exitCode, stdout } = await explainPasted('', '--help');
    expect(stdout).toContain('Usage: doorbell explain');
    expect(stdout).toContain('Exit codes: 0 it verifies');
    expect(exitCode).toBe(0);
  });

  it('sends for the file of a curl command line that has its body elsewhere', async () => {
    const { exitCode, stderr } = await explainPasted("curl -d @body.txt -H 'sign: x' http://x/");
    expect(stderr).toContain('--body-file');
    expect(exitCode).toBe(2);
  });
});

describe('a pasted request', () => {
  const read = (text: string) => {
    const { headers, body: bytes, remarks } = readPastedRequest(Buffer.from(text));
    return { headers: Object.fromEntries(headers), body: Buffer.from(bytes).toString(), remarks };
  };

  it.each([
    ['with a request line', 'POST / HTTP/1.1\nSign: x\n\na=1\n'],
    ['with headers alone', 'Sign:x\r\n\r\na=1\r\n'],
    ['as curl -v prints it', '> POST / HTTP/1.1\n> Sign: x\n> \na=1'],
    ['as curl, in short', "curl http://x/ -H 'Sign: x' -da=1"],
    ['as curl, in long', 'curl --header "Sign: x" --data-binary "a=1" --compressed http://x/'],
    ['as curl with bash quoting', "curl -H $'Sign: x' --data-raw $'a=\\u0031'"],
    ['as curl with encoding left to it', 'curl -H Sign:x --data-urlencode a=1'],
  ])('is read %s', (_how, text) => {
    expect(read(text)).toEqual({ headers: { sign: 'x' }, body: 'a=1', remarks: [] });
  });

  it('may be a bare body', () => {
    expect(read('a=1&b=2\n')).toEqual({ headers: {}, body: 'a=1&b=2', remarks: [] });
  });

  it('keeps exactly the announced bytes', () => {
    expect(read('POST / HTTP/1.1\nContent-Length: 4\n\na=1\n\n').body).toBe('a=1\n');
  });

  it('has a remark about a repeated header', () => {
    expect(read('Sign: x\nSign: y\n\na=1').remarks).toEqual([
      expect.stringContaining('sign occurs more than'),
    ]);
  });

  it('joins several pieces of data, and knows JSON and forms of curl', () => {
    expect(read("curl -d a=1 -d 'b=2' http://x/").body).toBe('a=1&b=2');
    expect(read(`curl --json '{"a":1}' http://x/`).headers).toEqual({ 'content-type': 'application/json' });
    expect(read('curl -F a=1 http://x/').body).toContain('form-data; name="a"\r\n\r\n1');
  });
});

describe('shell words', () => {
  it.each([
    ['a  b\tc', ['a', 'b', 'c']],
    [`'a b' "c \\"d\\"" e\\ f`, ['a b', 'c "d"', 'e f']],
    [`a'b'"c"`, ['abc']],
    [`'' "" x`, ['', '', 'x']],
    ['a \\\n b', ['a', 'b']],
    ['"$5"', ['$5']],
  ])('%j', (command, words) => {
    expect(splitShellWords(command)).toEqual(words);
  });

  it('refuses a quotation that is not closed', () => {
    expect(() => splitShellWords("curl 'x")).toThrow('not closed');
  });
});
