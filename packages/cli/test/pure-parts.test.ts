import { VaultError } from '@doorbell/engine';
import { describe, expect, it } from 'vitest';
import { cannotStart, orCannotStart } from '../src/cannot-start.ts';
import { CommandError, exitCodes } from '../src/command-error.ts';
import { isLoopback } from '../src/is-loopback.ts';
import { printable } from '../src/print.ts';
import { stateLabel } from '../src/state-label.ts';

describe('isLoopback', () => {
  it.each(['127.0.0.1', '127.9.9.9', '::1', 'localhost', '::ffff:127.0.0.1'])('is true for %s', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', 'localhost.example.com', '128.0.0.1'])('is false for %s', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});

describe('printable', () => {
  it('lets text pass and escapes what could drive a terminal', () => {
    expect(printable('张三 Zhang San')).toBe('张三 Zhang San');
    expect(printable('\u001b[2Ja\nb\u009b\u202e')).toBe('\\u001b[2Ja\\u000ab\\u009b\\u202e');
  });
});

describe('stateLabel', () => {
  it('names a state in both languages and leaves an unknown one bare', () => {
    expect(stateLabel(50_000)).toBe('50000 已完成 done');
    expect(stateLabel(7)).toBe('7');
  });
});

describe('cannotStart', () => {
  it('turns what an operator can mend into a sentence with exit code 4', () => {
    const full = Object.assign(new Error('database or disk is full'), { errcode: 13 });
    expect(cannotStart(full, 'd')).toMatchObject({
      exitCode: 4,
      message: 'The data at d cannot be used: the disk is full.',
    });
    const corrupt = Object.assign(new Error('database disk image is malformed'), { errcode: 267 });
    expect(cannotStart(corrupt, 'd')).toMatchObject({
      exitCode: 4,
      message: expect.stringMatching(/^The database is damaged \(database disk image is malformed\)\./),
    });
    const vault = new VaultError('It was sealed with another master key.');
    expect(cannotStart(vault, 'd')).toMatchObject({ exitCode: 4, message: vault.message });
  });

  it('says in a sentence that PostgreSQL went away between opening and the first question', async () => {
    const gone = () => Promise.reject(new Error('Connection terminated unexpectedly'));
    await expect(orCannotStart({ dataPath: 'd', databaseUrl: 'postgres://db' }, gone)).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringMatching(/^PostgreSQL cannot be used: Connection terminated unexpectedly\./),
    });
    await expect(orCannotStart({ dataPath: 'd', databaseUrl: null }, gone)).rejects.not.toHaveProperty(
      'exitCode',
    );
  });

  it('leaves a sentence that was said already as it is, whatever it speaks of', async () => {
    const said = new CommandError(exitCodes.usage, 'The password is too short.');
    const refuse = () => Promise.reject(said);
    await expect(orCannotStart({ dataPath: 'd', databaseUrl: 'postgres://db' }, refuse)).rejects.toBe(said);
  });

  it('leaves an error it does not know as it is', () => {
    const bug = new TypeError('x is not a function');
    expect(cannotStart(bug, 'd')).toBe(bug);
  });
});
