import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

import { createReceiver } from '@doorbell/receiver';
import { nodeHandler } from '@doorbell/receiver/node';
import { describe, expect, it, onTestFinished } from 'vitest';

import { runDoorbell } from './run-doorbell.ts';

const key = 'CdLvNRRQvy0xjORPNvuVaA';
const env = { DOORBELL_SIGN_KEY: key };

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const receiver = (): RequestListener => nodeHandler(createReceiver({ signKeys: key, onChange: () => {} }));
const html: RequestListener = (_request, response) => void response.end(`<html>${key}</html>`);

describe('doorbell conform', () => {
  it('prints a line per case and a grade, and ends with 0 when no must failed', async () => {
    const { exitCode, stdout } = await runDoorbell(['conform', '--url', await serve(receiver())], env);
    expect(stdout).toMatch(/^✓ must {6}answer-in-time +\d+ ms$/m);
    expect(stdout).toMatch(/^✗ hardened {2}forge-state-0 +expected a refusal, but the answer was HTTP 200/m);
    expect(stdout).toMatch(/^must +\d+ passed {2}0 failed/m);
    expect(stdout).toMatch(/^Grade B\. No must failed\./m);
    expect(exitCode).toBe(0);
  });

  it('shows a failed must with its hint, request and answer, the key masked, and ends with 1', async () => {
    const { exitCode, stdout } = await runDoorbell(
      ['conform', '--url', await serve(html), '--only', 'text-emoji'],
      env,
    );
    expect(stdout).toContain('  Hint:     Answer {"state":200,"payload":"Success"} and nothing else');
    expect(stdout).toContain('    > POST / HTTP/1.1\n');
    expect(stdout).toContain('    < <html>********</html>\n');
    expect(stdout).toContain('No grade, since not all cases were run. 1 must failed.');
    expect(stdout).not.toContain(key);
    expect(exitCode).toBe(1);
  });

  it('takes cases and groups, repeated or with commas', async () => {
    const args = [
      'conform',
      '--url',
      await serve(receiver()),
      '--only',
      'text-emoji,state',
      '--only',
      'type-case',
    ];
    const { exitCode, stdout } = await runDoorbell([...args, '--format', 'json'], env);
    const report = JSON.parse(stdout);
    const groups = new Set(report.results.map(({ group }: { group: string }) => group));
    expect([...groups]).toEqual(['answer', 'state', 'text', 'type']);
    expect(report).toMatchObject({ endpoint: 'answered', grade: null, conforms: true });
    expect(exitCode).toBe(0);
  });

  it('prints one XML document for JUnit', async () => {
    const args = ['conform', '--url', await serve(html), '--only', 'answer', '--format', 'junit'];
    const { exitCode, stdout } = await runDoorbell(args, env);
    expect(stdout).toMatch(
      /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites .*failures="1".*<\/testsuites>$/s,
    );
    expect(exitCode).toBe(1);
  });

  it('ends with 3 and the reason when nothing is there', async () => {
    const { exitCode, stdout, stderr } = await runDoorbell(['conform', '--url', 'http://127.0.0.1:1/'], env);
    expect(stderr).toBe(
      'doorbell: http://127.0.0.1:1/: nothing accepts connections: the connection failed: connect ECONNREFUSED 127.0.0.1:1.\n',
    );
    expect([exitCode, stdout]).toEqual([3, '']);
  });

  it.each([
    ['no URL', [], 'Give the endpoint with --url URL.'],
    ['a URL that is none', ['--url', 'nowhere'], '"nowhere" is not a URL of http or https.'],
    [
      'a case that is none',
      ['--url', 'http://x/', '--only', 'emoji'],
      'There is no case and no group "emoji".',
    ],
    [
      'a secret that is none',
      ['--url', 'http://x/', '--webhook-secret', 'x'],
      'A webhook secret is "whsec_"',
    ],
    [
      'a format that is none',
      ['--url', 'http://x/', '--format', 'xml'],
      'Allowed choices are pretty, json, junit.',
    ],
  ])('ends with 2 for %s', async (_name, args, sentence) => {
    const { exitCode, stderr } = await runDoorbell(['conform', ...args], env);
    expect(stderr).toContain(sentence);
    expect(exitCode).toBe(2);
  });

  it('lists every case without an endpoint', async () => {
    const { exitCode, stdout } = await runDoorbell(['conform', '--list', '--format', 'json']);
    expect(JSON.parse(stdout).length).toBeGreaterThanOrEqual(80);
    expect(exitCode).toBe(0);
  });

  it('--help shows usage and exit codes', async () => {
    const { exitCode, stdout } = await runDoorbell(['conform', '--help']);
    expect(stdout).toContain('Usage: doorbell conform');
    expect(stdout).toContain('Exit codes: 0 ');
    expect(exitCode).toBe(0);
  });
});
