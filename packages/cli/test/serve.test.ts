import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createApiClient } from '../src/demo/api-client.ts';
import { dataFolder } from './data-folder.ts';
import { runDoorbell, startDoorbell } from './run-doorbell.ts';
import { until } from './until.ts';

async function startServer(data: string, ...args: string[]) {
  const server = startDoorbell(['serve', '--port', '0', '--data', data, '--json', ...args]);
  const { url, docs } = JSON.parse(await server.line(/listening/)) as { url: string; docs: string };
  return { server, url, docs };
}

async function createKey(data: string): Promise<string> {
  return (await runDoorbell(['keys', 'create', '--data', data])).stdout;
}

/** An endpoint that takes notifications and never answers. */
async function startSilentEndpoint() {
  let requests = 0;
  const endpoint = createServer(() => {
    requests += 1;
  });
  await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    endpoint.close();
    endpoint.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/`,
    hasRequest: () => requests > 0,
  };
}

describe('doorbell serve', () => {
  it('says in one line where it listens and ends with 0 at a signal', async () => {
    const data = await dataFolder();
    const server = startDoorbell(['serve', '--port', '0', '--data', data]);
    const line = await server.line(/listens/);
    expect(line).toMatch(/^Doorbell listens on http:\/\/127\.0\.0\.1:\d+ \(docs at \/docs, data in .+\)$/);
    server.child.kill('SIGTERM');
    const { exitCode, stdout } = await server.ended;
    expect([exitCode, stdout]).toEqual([0, line]);
  });

  it('knows a key that is created while it runs', async () => {
    const data = await dataFolder();
    const { url } = await startServer(data);
    const before = await fetch(`${url}/v1/notifications`);
    const api = createApiClient(url, await createKey(data));
    expect(before.status).toBe(401);
    expect(await api.call('GET', '/v1/notifications')).toEqual({ items: [], next: null });
  });

  it('refuses data that another server has', async () => {
    const data = await dataFolder();
    await startServer(data);
    const { exitCode, stderr } = await runDoorbell(['serve', '--port', '0', '--data', data]);
    expect(stderr).toMatch(/^doorbell: Another Doorbell is running on .*\n$/);
    expect(exitCode).toBe(4);
  });

  it('refuses a port that is taken', async () => {
    const { url } = await startServer(await dataFolder());
    const port = new URL(url).port;
    const { exitCode, stderr } = await runDoorbell(['serve', '--port', port, '--data', await dataFolder()]);
    expect(stderr).toMatch(/^doorbell: Port \d+ on 127\.0\.0\.1 is taken\. .*\n$/);
    expect(exitCode).toBe(4);
  });

  it('refuses to be reached from other machines before there is a key', async () => {
    const data = await dataFolder();
    const refused = await runDoorbell(['serve', '--host', '0.0.0.0', '--port', '0', '--data', data]);
    expect(refused.stderr).toContain(`doorbell keys create --data ${data}`);
    expect(refused.exitCode).toBe(4);
    await createKey(data);
    const server = startDoorbell(['serve', '--host', '0.0.0.0', '--port', '0', '--data', data]);
    expect(await server.line(/listens/)).toContain('http://0.0.0.0:');
  });

  it('refuses a data path that leads through a file', async () => {
    const file = join(await dataFolder(), 'file');
    await writeFile(file, 'a file');
    const { exitCode, stderr } = await runDoorbell(['serve', '--port', '0', '--data', join(file, 'data')]);
    expect(stderr).toMatch(/^doorbell: The data at .* cannot be used: .*not a directory\.\n$/);
    expect(exitCode).toBe(4);
  });

  it("refuses another program's file", async () => {
    const file = join(await dataFolder(), 'notes.txt');
    await writeFile(file, 'these are notes, not a database '.repeat(100));
    const { exitCode, stderr } = await runDoorbell(['serve', '--port', '0', '--data', file]);
    expect(stderr).toMatch(/^doorbell: [^\n]+\n$/);
    expect(exitCode).toBe(4);
  });

  it('ends at once at a second signal, though an endpoint has not answered', async () => {
    const data = await dataFolder();
    const { server, url } = await startServer(data, '--allow-network', '127.0.0.0/8');
    const api = createApiClient(url, await createKey(data));
    const endpoint = await startSilentEndpoint();
    await api.call('PUT', '/v1/customers/acme', { name: 'Acme' });
    await api.call('PUT', '/v1/endpoints/acme-main', { customerId: 'acme', url: endpoint.url, signKey: 'k' });
    const ids = { houseTaskId: 't', houseId: 'h', packageId: 'p', userId: 'u', userName: 'n' };
    await api.call('POST', '/v1/state-changes', { customerId: 'acme', ...ids, state: 50_000 });
    await until(endpoint.hasRequest);
    let ended = false;
    void server.ended.then(() => {
      ended = true;
    });
    // Two signals close together are one key press under npm, so it takes one that comes later.
    await until(() => {
      server.child.kill('SIGTERM');
      return ended;
    });
    expect((await server.ended).exitCode).toBe(143);
  });
});
