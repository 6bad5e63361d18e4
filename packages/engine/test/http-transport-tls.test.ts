import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import { getCACertificates, setDefaultCACertificates, type TlsOptions } from 'node:tls';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Reply, SignedRequest } from '../src/index.ts';
import { aRequest, bodyOf, localTransport, never } from './a-request.ts';
import { answer, type RawEndpoint, startRawEndpoint } from './raw-endpoint.ts';
import { expiredCertificate, testCertificate, testKey } from './tls-fixture.ts';

const good: TlsOptions = { key: testKey, cert: testCertificate };
const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

function trust(...certificates: readonly string[]): void {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, ...certificates]);
  onTestFinished(() => setDefaultCACertificates(before));
}

async function startSecure(tls: TlsOptions): Promise<RawEndpoint> {
  const endpoint = await startRawEndpoint({ tls, onRequest: (socket) => socket.write(answer('safe')) });
  opened.push(endpoint);
  return endpoint;
}

async function post(port: number, host: string, overrides: Partial<SignedRequest> = {}): Promise<Reply> {
  const sender = localTransport({ resolve: () => Promise.resolve(['127.0.0.1']) });
  opened.push(sender);
  return sender.post(aRequest(`https://${host}:${port}/`, overrides), never);
}

const refusedByTls = { kind: 'failure', reason: 'tls', uncertain: false, remoteAddress: '127.0.0.1' };

describe('an https endpoint', () => {
  it.each(['endpoint.test', 'endpoint.test.', '127.0.0.1'])(
    'is called when %s is what its trusted certificate names',
    async (host) => {
      trust(testCertificate);
      const { port } = await startSecure(good);
      expect(bodyOf(await post(port, host))).toBe('safe');
    },
  );

  it('is sent the server name, without a final dot, and asked for http/1.1 alone', async () => {
    trust(testCertificate);
    let offered: readonly string[] = [];
    let named = '';
    const { port } = await startSecure({
      ...good,
      ALPNCallback: ({ servername, protocols }) => {
        [named, offered] = [servername, protocols];
        return 'http/1.1';
      },
    });
    await post(port, 'endpoint.test.');
    expect([named, offered]).toEqual(['endpoint.test', ['http/1.1']]);
  });

  it('is refused while its certificate is self-signed and not trusted, also when the environment would not mind', async () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    onTestFinished(() => {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    });
    const { port, requests } = await startSecure(good);
    expect(await post(port, 'endpoint.test')).toMatchObject({
      ...refusedByTls,
      detail: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT'),
    });
    expect(requests).toEqual([]);
  });

  it.each([
    ['names another host', 'other.test', good, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['has expired', 'endpoint.test', { key: testKey, cert: expiredCertificate }, 'CERT_HAS_EXPIRED'],
  ])('is refused when its certificate %s', async (_title, host, tls, code) => {
    trust(testCertificate, expiredCertificate);
    const { port, requests } = await startSecure(tls);
    expect(await post(port, host)).toMatchObject({ ...refusedByTls, detail: expect.stringContaining(code) });
    expect(requests).toEqual([]);
  });

  it('is refused when it speaks TLS 1.1 at most', async () => {
    trust(testCertificate);
    const { port } = await startSecure({
      ...good,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    expect(await post(port, 'endpoint.test')).toMatchObject(refusedByTls);
  });

  it('is refused when it speaks HTTP/2 only', async () => {
    trust(testCertificate);
    const server = createSecureServer({ key: testKey, cert: testCertificate, allowHTTP1: false });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    opened.push({ close: () => new Promise((resolve) => server.close(() => resolve())) });
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    expect(await post(port, 'endpoint.test')).toMatchObject(refusedByTls);
  });

  it('is refused when it speaks plain HTTP', async () => {
    const endpoint = await startRawEndpoint({ onConnection: (socket) => socket.write(answer()) });
    opened.push(endpoint);
    expect(await post(endpoint.port, 'endpoint.test')).toMatchObject(refusedByTls);
    expect(endpoint.requests).toEqual([]);
  });

  it.each<[string, (socket: import('node:net').Socket) => void]>([
    ['closes', (socket) => socket.end()],
    ['resets', (socket) => socket.resetAndDestroy()],
  ])('is reported as tls when it %s in the middle of the handshake', async (_title, end) => {
    const endpoint = await startRawEndpoint({
      onConnection: (socket) => socket.once('data', () => end(socket)),
    });
    opened.push(endpoint);
    expect(await post(endpoint.port, 'endpoint.test')).toMatchObject(refusedByTls);
  });

  it('is given up at the connect timeout when it never answers the handshake', async () => {
    const endpoint = await startRawEndpoint({});
    opened.push(endpoint);
    const reply = await post(endpoint.port, 'endpoint.test', { connectTimeoutMs: 150 });
    expect(reply).toMatchObject({ kind: 'failure', reason: 'connect-timeout', uncertain: false });
    await endpoint.deserted();
  });

  it('reports a reset after the handshake as uncertain', async () => {
    trust(testCertificate);
    const endpoint = await startRawEndpoint({ tls: good, onRequest: (socket) => socket.destroy() });
    opened.push(endpoint);
    expect(await post(endpoint.port, 'endpoint.test')).toMatchObject({ reason: 'reset', uncertain: true });
  });

  it('is given up as uncertain when it asks for a certificate of the sender', async () => {
    trust(testCertificate);
    const { port } = await startSecure({
      ...good,
      requestCert: true,
      rejectUnauthorized: true,
      ca: [testCertificate],
    });
    expect(await post(port, 'endpoint.test')).toMatchObject({ kind: 'failure', uncertain: true });
  });
});
