import { describe, expect, it } from 'vitest';
import { runDoorbell, startDoorbell } from './run-doorbell.ts';

const signKey = 'k-8c1f63a2e5';

async function startListener(...args: string[]) {
  const listener = startDoorbell(['listen', '--port', '0', ...args], { DOORBELL_SIGN_KEY: signKey });
  const url = /http:\S+\//.exec(await listener.line(/http:/))?.[0] ?? '';
  const send = (key: string, ...more: string[]) =>
    runDoorbell(['send', '--url', url, ...more], { DOORBELL_SIGN_KEY: key });
  return { listener, url, send };
}

describe('doorbell send against doorbell listen', () => {
  it('with the right key is verified, shown on both sides and accepted', async () => {
    const { listener, send } = await startListener();
    const { exitCode, stdout } = await send(signKey, '--house-task-id', 'T-77', '--state', '45000');
    expect(stdout).toContain('> POST / HTTP/1.1');
    expect(stdout).toMatch(/^> sign: [0-9a-f]{32}$/m);
    expect(stdout).toMatch(/^userName +张三 Zhang San$/m);
    expect(stdout).toContain(
      '[sign key, 12 characters]sample-houseT-77sample-package45000sample-user张三 Zhang San',
    );
    expect(stdout).toContain('< {"state":200,"payload":"Success"}');
    expect(stdout).toMatch(/^accepted /m);
    expect(stdout).not.toContain(signKey);
    expect(exitCode).toBe(0);
    expect(await listener.line(/T-77/)).toMatch(
      /^T-77 {2}45000 .* customer review {2}verified, answered 200$/,
    );
  });

  it.each([
    ['the wrong key', 'another-key', [], 'sign-mismatch'],
    ['an old timestamp', signKey, ['--timestamp', '1532059200000'], 'timestamp-stale'],
    ['a changed field', signKey, ['--tamper', 'state=51000'], 'sign-mismatch'],
    ['an added field', signKey, ['--tamper', 'comment=x'], 'sign-mismatch'],
    ['no signature', signKey, ['--unsigned'], 'sign-missing'],
  ])('with %s is refused with its reason on both sides', async (_what, key, args, reason) => {
    const { listener, send } = await startListener();
    const { exitCode, stdout } = await send(key, ...args);
    expect(stdout).toContain(`"payload":"${reason}: `);
    expect(stdout).toMatch(/^misconfigured \(unauthorized\)/m);
    expect(exitCode).toBe(1);
    expect(await listener.line(/not verified/)).toBe('not verified, answered 401');
    expect(await listener.line(new RegExp(`^ {2}${reason}: `))).toBeDefined();
  });

  it('shows a signed notification that is not as agreed, with its reason', async () => {
    const { listener, send } = await startListener('--json');
    const { exitCode } = await send(signKey, '--extra', 'branch=12');
    const record = JSON.parse(await listener.line(/"notification"/));
    expect(record).toMatchObject({
      verified: false,
      answered: 500,
      refusal: { code: 'field-undeclared', field: 'branch' },
      fields: { branch: '12' },
    });
    expect(exitCode).toBe(1);
  });

  it('carries extra parameters that were agreed', async () => {
    const { send } = await startListener('--extra', 'branch');
    const { exitCode } = await send(signKey, '--extra', 'branch=12');
    expect(exitCode).toBe(0);
  });

  it('accepts unsigned notifications only when told to, and says so', async () => {
    const { listener, send } = await startListener('--allow-unsigned');
    const { exitCode } = await send(signKey, '--unsigned');
    expect(await listener.line(/answered/)).toContain('unsigned, accepted unverified, answered 200');
    expect(exitCode).toBe(0);
  });

  it('--answer 403 is shown as refused, and --json tells the whole exchange', async () => {
    const { send } = await startListener('--answer', '403');
    const { exitCode, stdout } = await send(signKey, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      notification: { fields: { state: '50000' }, headers: { sign: expect.any(String) } },
      reading: { outcome: 'refused', httpStatus: 200, responseState: 403 },
    });
    expect(exitCode).toBe(1);
  });

  it('--fail-first fails that often and then recovers', async () => {
    const { send } = await startListener('--fail-first', '1');
    const [first, second] = [await send(signKey), await send(signKey)];
    expect(first.stdout).toMatch(/^retry \(response-state\)/m);
    expect([first.exitCode, second.exitCode]).toEqual([1, 0]);
  });

  it('a signal ends listen with 0', async () => {
    const { listener } = await startListener();
    listener.child.kill('SIGTERM');
    expect((await listener.ended).exitCode).toBe(0);
  });

  it('a port that is taken is one sentence', async () => {
    const { url } = await startListener();
    const { exitCode, stderr } = await runDoorbell([
      'listen',
      '--port',
      new URL(url).port,
      '--sign-key',
      'k',
    ]);
    expect(stderr).toMatch(/^doorbell: Port \d+ on 127\.0\.0\.1 is taken: give another --port\.\n$/);
    expect(exitCode).toBe(4);
  });
});

describe('doorbell send', () => {
  it('to a closed port says that no answer came and ends with 3', async () => {
    const { listener, send } = await startListener();
    listener.child.kill('SIGTERM');
    await listener.ended;
    const { exitCode, stdout } = await send(signKey);
    expect(stdout).toContain('< no answer after');
    expect(stdout).toMatch(/^retry \(refused\)/m);
    expect(exitCode).toBe(3);
  });

  it('names every value that the contract does not allow', async () => {
    const args = [
      'send',
      '--url',
      'http://127.0.0.1:9/',
      '--sign-key',
      'k',
      '--state',
      '7',
      '--house-task-id',
      'x'.repeat(33),
    ];
    const { exitCode, stderr } = await runDoorbell(args);
    expect(stderr).toContain('state');
    expect(stderr).toContain('houseTaskId');
    expect(exitCode).toBe(2);
  });
});
