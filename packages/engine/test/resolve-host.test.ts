import { createSocket, type RemoteInfo } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createHostResolver, type HostResolver } from '../src/transports/resolve-host.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const [typeA, typeAaaa] = [1, 28];
const nxdomain = 3;

/** What the name server does with a question: an address, no address, an error code, or silence. */
type Zone = (name: string, type: number) => readonly number[] | 'none' | 'silence' | number;

/** A name server on this machine, as far as RFC 1035 is needed for one question and one answer. */
async function startNameServer(zone: Zone): Promise<{ resolver: Resolver; questions: string[] }> {
  const questions: string[] = [];
  const socket = createSocket('udp4').on('message', (query: Buffer, from: RemoteInfo) => {
    const labels: string[] = [];
    let position = 12;
    for (let length = query[position] ?? 0; length > 0; length = query[position] ?? 0) {
      labels.push(query.toString('latin1', position + 1, position + 1 + length));
      position += 1 + length;
    }
    const type = query.readUInt16BE(position + 1);
    const name = labels.join('.').toLowerCase();
    questions.push(`${name} ${type === typeA ? 'A' : 'AAAA'}`);
    const result = zone(name, type);
    if (result === 'silence') return;
    const address = typeof result === 'object' ? Buffer.from(result) : undefined;
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(0x8180 | (typeof result === 'number' ? result : 0), 2);
    head.writeUInt16BE(address ? 1 : 0, 6);
    head.writeUInt32BE(0, 8);
    const record = address
      ? [Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, address.length]), address]
      : [];
    socket.send(Buffer.concat([head, query.subarray(12, position + 5), ...record]), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  cleanups.push(() => socket.close());
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  cleanups.push(() => resolver.cancel());
  return { resolver, questions };
}

async function withHosts(text: string, resolver: Resolver): Promise<HostResolver> {
  const directory = await mkdtemp(join(tmpdir(), 'doorbell-hosts-'));
  cleanups.push(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, 'hosts'), text);
  return createHostResolver(join(directory, 'hosts'), resolver);
}

describe('resolving a host', () => {
  it('returns the addresses of both families, v4 first', async () => {
    const { resolver } = await startNameServer((_name, type) =>
      type === typeA ? [192, 0, 2, 7] : [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7],
    );
    const { resolve } = await withHosts('', resolver);
    expect(await resolve('both.example')).toEqual(['192.0.2.7', '2001:db8::7']);
  });

  it.each([
    ['v4', typeA, '192.0.2.7'],
    ['v6', typeAaaa, '2001:db8::7'],
  ])('does not wait for the family that is never answered when %s is', async (_title, answered, address) => {
    const { resolver } = await startNameServer((_name, type) => {
      if (type !== answered) return 'silence';
      return type === typeA ? [192, 0, 2, 7] : [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];
    });
    const { resolve } = await withHosts('', resolver);
    expect(await resolve('half.example')).toEqual([address]);
  });

  it('waits for the second family when the first has nothing', async () => {
    const { resolver } = await startNameServer((_name, type) => (type === typeA ? [192, 0, 2, 7] : 'none'));
    const { resolve } = await withHosts('', resolver);
    expect(await resolve('four.example')).toEqual(['192.0.2.7']);
  });

  it('throws when the name does not exist', async () => {
    const { resolver } = await startNameServer(() => nxdomain);
    const { resolve } = await withHosts('', resolver);
    await expect(resolve('gone.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('asks once for concurrent questions about one name, and anew later', async () => {
    const { resolver, questions } = await startNameServer((_name, type) =>
      type === typeA ? [192, 0, 2, 7] : 'none',
    );
    const { resolve } = await withHosts('', resolver);
    await Promise.all([resolve('one.example'), resolve('ONE.example'), resolve('one.example.')]);
    expect(questions.toSorted()).toEqual(['one.example A', 'one.example AAAA']);
    await resolve('one.example');
    expect(questions).toHaveLength(4);
  });

  it('takes a name from the hosts file before it asks anyone', async () => {
    const { resolver, questions } = await startNameServer(() => nxdomain);
    const hosts = '# 10.0.0.1 erp\n10.0.0.7\terp.internal  ERP # ours\nfd00::7 erp\nnonsense erp\n';
    const { resolve } = await withHosts(hosts, resolver);
    expect(await resolve('Erp')).toEqual(['10.0.0.7', 'fd00::7']);
    expect(questions).toEqual([]);
  });

  it('does not need a hosts file', async () => {
    const { resolver } = await startNameServer((_name, type) => (type === typeA ? [192, 0, 2, 7] : 'none'));
    expect(await createHostResolver('/nowhere/hosts', resolver).resolve('a.example')).toEqual(['192.0.2.7']);
  });

  it('never asks for localhost, whatever the hosts file says', async () => {
    const { resolver, questions } = await startNameServer(() => [192, 0, 2, 7]);
    const { resolve } = await withHosts('192.0.2.9 localhost\n', resolver);
    for (const name of ['localhost', 'LOCALHOST.', 'api.localhost']) {
      expect(await resolve(name)).toEqual(['127.0.0.1', '::1']);
    }
    expect(questions).toEqual([]);
  });

  it('rejects what is under way when it is cancelled', async () => {
    const { resolver, questions } = await startNameServer(() => 'silence');
    const host = await withHosts('', resolver);
    const answer = expect(host.resolve('slow.example')).rejects.toMatchObject({ code: 'ECANCELLED' });
    await expect.poll(() => questions.length).toBe(2);
    host.cancel();
    await answer;
  });
});
