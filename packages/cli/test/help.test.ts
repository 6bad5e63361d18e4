import { describe, expect, it } from 'vitest';
import { runDoorbell } from './run-doorbell.ts';

const commands = [
  ['serve'],
  ['demo'],
  ['keys', 'create'],
  ['keys', 'list'],
  ['keys', 'revoke'],
  ['users', 'create'],
  ['users', 'list'],
  ['audit', 'verify'],
  ['audit', 'list'],
  ['tail'],
  ['notifications', 'list'],
  ['notifications', 'show'],
  ['resend'],
  ['listen'],
  ['send'],
  ['sign'],
  ['verify'],
  ['explain'],
  ['conform'],
];

describe('help', () => {
  it.each(commands.map((command) => [command.join(' '), command] as const))(
    'of doorbell %s shows usage and exit codes and ends with 0',
    async (name, command) => {
      const { exitCode, stdout, stderr } = await runDoorbell([...command, '--help']);
      expect(stdout).toContain(`Usage: doorbell ${name}`);
      expect(stdout).toContain('Exit codes: 0 ');
      expect(stdout).not.toContain('until-stdin-closes');
      expect([exitCode, stderr]).toEqual([0, '']);
    },
  );

  it('of doorbell itself lists every command, the exit codes and the environment', async () => {
    const { exitCode, stdout } = await runDoorbell(['--help']);
    for (const name of [
      'serve',
      'demo',
      'keys',
      'users',
      'audit',
      'listen',
      'send',
      'sign',
      'verify',
      'explain',
      'conform',
    ]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'));
    }
    expect(stdout).toContain('DOORBELL_SIGN_KEY');
    expect(exitCode).toBe(0);
  });

  it('--version prints the version of the package', async () => {
    const { exitCode, stdout } = await runDoorbell(['--version']);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+$/);
    expect(exitCode).toBe(0);
  });
});

describe('a wrong command line', () => {
  it.each([
    ['an unknown command', ['sgin'], "unknown command 'sgin'"],
    ['an unknown option', ['serve', '--prot', '1'], "unknown option '--prot'"],
    ['a missing option', ['listen', '--sign-key', 'k'], "required option '--port <number>' not specified"],
    ['a port that is none', ['serve', '--port', '70000'], 'A port is a number from 0 to 65535.'],
    ['a network that is none', ['serve', '--allow-network', 'office'], 'is not a network'],
    ['a URL that is none', ['send', '--sign-key', 'k', '--url', 'ftp://x/'], 'https:// or http://'],
    ['no sign key', ['sign', 'A=1'], 'give --sign-key KEY or set DOORBELL_SIGN_KEY'],
    ['a field without a value', ['sign', '--sign-key', 'k', 'A'], 'as name=value'],
    ['a field given twice', ['sign', '--sign-key', 'k', 'A=1', 'A=2'], 'The field A is given twice.'],
    [
      'fields and a body',
      ['verify', '--sign-key', 'k', '--timestamp', '1', '--sign', 'x', '--body', 'A=1', 'A=1'],
      'Give either',
    ],
  ])('with %s gets a sentence without a stack and ends with 2', async (_what, args, sentence) => {
    const { exitCode, stdout, stderr } = await runDoorbell(args);
    expect(stderr).toMatch(/^doorbell: /);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect([exitCode, stdout]).toEqual([2, '']);
  });

  it('without any command gets the help and ends with 2', async () => {
    const { exitCode, stderr } = await runDoorbell([]);
    expect(stderr).toContain('Usage: doorbell');
    expect(exitCode).toBe(2);
  });
});
