import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createApiClient } from '../src/demo/api-client.ts';
import { dataFolder } from './data-folder.ts';
import { runDoorbell, startDoorbell } from './run-doorbell.ts';

/** Asks again until the answer is yes; the test's own time limit ends it otherwise. */
async function eventually(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(100);
}

/** A server with a customer, whose endpoint answers with the state that it is told. */
async function startWorld() {
  const answer = { state: 403 };
  const endpoint = createServer((request, response) => {
    request.resume().on('end', () => response.end(JSON.stringify({ state: answer.state, payload: '' })));
  });
  await once(endpoint.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    endpoint.closeAllConnections();
    endpoint.close();
  });
  const data = await dataFolder();
  const args = ['serve', '--port', '0', '--data', data, '--json', '--allow-network', '127.0.0.0/8'];
  const { url } = JSON.parse(await startDoorbell(args).line(/listening/)) as { url: string };
  const key = (await runDoorbell(['keys', 'create', '--data', data])).stdout.trim();
  const api = createApiClient(url, key);
  await api.call('PUT', '/v1/customers/acme', { name: 'Acme Homes' });
  await api.call('PUT', '/v1/endpoints/acme-main', {
    customerId: 'acme',
    url: `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/`,
    signKey: 'sign-key-canary',
  });
  const append = (houseTaskId: string) =>
    api.call('POST', '/v1/state-changes', [
      {
        customerId: 'acme',
        houseTaskId,
        houseId: 'h',
        packageId: 'p',
        userId: 'u',
        userName: '',
        state: 9000,
      },
    ]);
  const env = { DOORBELL_API_KEY: key, DOORBELL_SERVER: url };
  return { answer, append, env, doorbell: (...given: string[]) => runDoorbell(given, env) };
}

it('deliveries are watched, looked up and sent again from a terminal', async () => {
  const { answer, append, env, doorbell } = await startWorld();
  const tail = startDoorbell(['tail', '--json', '--customer', 'acme'], env);
  const seen = tail.line(/"houseTaskId":"task-/);
  // The watcher says nothing until there is something, so tasks are appended until it sees one.
  let appended = 0;
  let isSeen = false;
  void seen.then(() => {
    isSeen = true;
  });
  await eventually(async () => {
    appended += 1;
    await append(`task-${appended}`);
    return isSeen;
  });
  expect(JSON.parse(await seen)).toMatchObject({ outcome: 'refused', responseState: 403, result: 2 });
  tail.child.kill('SIGTERM');
  expect((await tail.ended).exitCode).toBe(0);

  const refused = ['--result', 'refused', '--customer', 'acme'];
  await eventually(async () => {
    const { stdout } = await doorbell('notifications', 'list', ...refused, '--json', '--limit', '500');
    return stdout.split('\n').length === appended;
  });
  const oldest = await doorbell('notifications', 'list', ...refused, '--oldest', '--limit', '1');
  expect(oldest.stdout).toMatch(/^\S+Z n\d+-1 refused +acme-main task-1\.1 9000 /);
  const id = oldest.stdout.split(' ')[1] ?? '';
  const shown = await doorbell('notifications', 'show', id);
  expect(shown.stdout).toMatch(/attempt 1 at .*: refused .*\n/);
  expect(shown.stdout).toMatch(
    /\n {2}(kept connection|connect [\d.]+ ms), first byte [\d.]+ ms, download [\d.]+ ms\n/,
  );
  expect(shown.stdout).toContain('signed: [sign key]htask-1p9000u');
  expect(shown.stdout).not.toContain('sign-key-canary');

  answer.state = 200;
  expect((await doorbell('resend', id)).stdout).toBe('It is sent again.');
  await eventually(async () => (await doorbell('notifications', 'show', id)).stdout.includes(' delivered '));

  const unconfirmed = await doorbell('resend', ...refused);
  expect([unconfirmed.exitCode, unconfirmed.stdout]).toEqual([1, `${appended - 1} notifications match.`]);
  const resent = await doorbell('resend', ...refused, '--yes');
  expect(resent.stdout.split('\n').at(-1)).toBe(`done: ${appended - 1} of ${appended - 1} are sent again.`);
  expect(resent.exitCode).toBe(0);
}, 60_000);

it('what is wrong is said in a sentence, with its exit code', async () => {
  const env = { DOORBELL_API_KEY: 'dbk_000000000000_x', DOORBELL_SERVER: 'http://127.0.0.1:9' };
  const noKey = await runDoorbell(['notifications', 'list']);
  expect([noKey.exitCode, noKey.stderr]).toEqual([2, expect.stringContaining('Set DOORBELL_API_KEY')]);
  const nobody = await runDoorbell(['notifications', 'list'], env);
  expect([nobody.exitCode, nobody.stderr]).toEqual([3, expect.stringContaining('Nothing answers')]);
  const nothing = await runDoorbell(['resend'], env);
  expect([nothing.exitCode, nothing.stderr]).toEqual([2, expect.stringContaining('Give either')]);
  const { answer: _, ...world } = await startWorld();
  const unknown = await world.doorbell('notifications', 'show', 'n99-1');
  expect([unknown.exitCode, unknown.stderr]).toEqual([
    1,
    expect.stringContaining('There is no notification'),
  ]);
  const nonsense = await world.doorbell('notifications', 'list', '--state', '1');
  expect(nonsense.exitCode).toBe(2);
  expect(nonsense.stderr.match(/must be one of/g)).toHaveLength(1);
  const empty = await world.doorbell('notifications', 'list', '--house', '没有');
  expect(empty).toMatchObject({ exitCode: 0, stdout: '', stderr: 'No notification matches.\n' });
}, 30_000);
