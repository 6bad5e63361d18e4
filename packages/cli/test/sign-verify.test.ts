import { describe, expect, it } from 'vitest';
import { runDoorbell } from './run-doorbell.ts';

const key = 'CdLvNRRQvy0xjORPNvuVaA';
const timestamp = '1532059200000';
const knownAnswer = 'd5680a902dd2de08cf2bf9df819ffb9d';
const published = ['--timestamp', timestamp, 'B=2', 'A=1', 'C=3'];

describe('doorbell sign', () => {
  it('gives the published known answer', async () => {
    const { exitCode, stdout } = await runDoorbell(['sign', '--sign-key', key, ...published]);
    expect([exitCode, stdout]).toEqual([0, knownAnswer]);
  });

  it('takes the key from the environment', async () => {
    const { stdout } = await runDoorbell(['sign', ...published], { DOORBELL_SIGN_KEY: key });
    expect(stdout).toBe(knownAnswer);
  });

  it('explains the signed text without showing the key', async () => {
    const { stdout } = await runDoorbell(['sign', '--sign-key', key, '--explain', ...published]);
    expect(stdout).toContain(`[sign key, 22 characters]123${timestamp}`);
    expect(stdout).toContain(knownAnswer);
    expect(stdout).not.toContain(key);
  });

  it('signs with the time of now, and says it, when none is given', async () => {
    const { stdout } = await runDoorbell(['sign', '--sign-key', key, '--json', 'A=1']);
    expect(JSON.parse(stdout)).toEqual({
      sign: expect.stringMatching(/^[0-9a-f]{32}$/),
      timestamp: expect.stringMatching(/^\d{13}$/),
    });
  });
});

describe('doorbell verify', () => {
  const verify = (...args: string[]) =>
    runDoorbell(['verify', '--sign-key', key, '--timestamp', timestamp, ...args]);

  it('accepts the published known answer, as fields or as the request body', async () => {
    const asFields = await verify('--sign', knownAnswer, 'C=3', 'B=2', 'A=1');
    const asBody = await verify('--sign', knownAnswer.toUpperCase(), '--body', 'A=1&B=2&C=3');
    expect([asFields.exitCode, asFields.stdout]).toEqual([0, 'verified']);
    expect([asBody.exitCode, asBody.stdout]).toEqual([0, 'verified']);
  });

  it("refuses the placeholder of the publisher's sample request", async () => {
    const { exitCode, stdout } = await verify(
      '--sign',
      'e10adc3949ba59abbe56e057f20f883e',
      'A=1',
      'B=2',
      'C=3',
    );
    expect(stdout).toContain('not verified: sign-mismatch');
    expect(exitCode).toBe(1);
  });

  it('names what is wrong with a malformed body', async () => {
    const { exitCode, stdout } = await verify('--sign', knownAnswer, '--json', '--body', 'A=1&A=2&B=%zz');
    expect(JSON.parse(stdout)).toMatchObject({
      verified: false,
      faults: [{ code: 'form-repeated-name' }, { code: 'form-malformed-percent' }],
    });
    expect(exitCode).toBe(1);
  });

  it('names a timestamp in seconds', async () => {
    const { exitCode, stdout } = await runDoorbell(
      ['verify', '--timestamp', '1532059200', '--sign', knownAnswer, 'A=1'],
      { DOORBELL_SIGN_KEY: key },
    );
    expect(stdout).toContain('timestamp-seconds');
    expect(exitCode).toBe(1);
  });
});
