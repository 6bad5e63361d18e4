import { describe, expect, it } from 'vitest';
import { TraceParser } from './trace.ts';

const traced = { folder: '/d', files: ['a.db'], log: 'log' };
const hex = (text: string) => [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16)}`).join('');
const database = hex('/d/a.db');

function parse(...lines: string[]) {
  const parser = new TraceParser(traced);
  for (const line of lines) parser.read(line);
  return parser.events;
}

describe('a trace', () => {
  it('is read as what happened to the files, in order', () => {
    expect(
      parse(
        `7 openat(AT_FDCWD<${hex('/x')}>, "${database}", O_RDWR|O_CREAT|O_CLOEXEC, 0644) = 5<${database}>`,
        `7 pwrite64(5<${database}>, "${hex('hello')}", 5, 4096) = 5`,
        `7 ftruncate(5<${database}>, 8192) = 0`,
        `7 fsync(5<${database}>) = 0`,
        `7 fsync(6<${hex('/d')}>) = 0`,
        `7 write(8<${hex('/d/log')}>, "${hex('{"number":1}\n')}", 13) = 13`,
        `7 unlink("${database}") = 0`,
      ),
    ).toEqual([
      { kind: 'create', file: 'a.db' },
      { kind: 'write', file: 'a.db', at: 4096, bytes: Buffer.from('hello') },
      { kind: 'truncate', file: 'a.db', length: 8192 },
      { kind: 'sync', file: 'a.db' },
      { kind: 'sync-folder' },
      { kind: 'said', line: '{"number":1}' },
      { kind: 'unlink', file: 'a.db' },
    ]);
  });

  it('counts only the bytes that were written, and no call that failed', () => {
    expect(
      parse(
        `7 pwrite64(5<${database}>, "${hex('hello')}", 5, 0) = 2`,
        `7 fsync(5<${database}>) = -1 EIO (Input/output error)`,
      ),
    ).toEqual([{ kind: 'write', file: 'a.db', at: 0, bytes: Buffer.from('he') }]);
  });

  it('joins a call that another thread interrupted', () => {
    expect(
      parse(
        `7 fsync(5<${database}> <unfinished ...>`,
        `8 write(1<${hex('/tty')}>, "${hex('x')}", 1) = 1`,
        '7 <... fsync resumed>) = 0',
      ),
    ).toEqual([{ kind: 'sync', file: 'a.db' }]);
  });

  it('is refused when it changes a file in a way that the replay does not know', () => {
    expect(() => parse(`7 fallocate(5<${database}>, 0, 0, 4096) = 0`)).toThrow('fallocate');
    expect(() => parse(`7 pwrite64(5<${database}>, "${hex('he')}"..., 5, 0) = 5`)).toThrow(
      'cut a write short',
    );
  });
});
