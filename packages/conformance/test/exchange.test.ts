import { expect, it } from 'vitest';

import { createTransport } from '../src/exchange.ts';
import type { WireRequest } from '../src/wire-request.ts';
import { findDeadUrl, serve, serveSockets, standingClock } from './serve.ts';

const request: WireRequest = { method: 'POST', headers: [], body: Buffer.from('a=1&b=2'), manner: 'whole' };
/** A limit that the standing clock never reaches. */
const patient = 60_000;

const transportTo = (url: URL, timeoutMs = patient) =>
  createTransport({ url, clock: standingClock(), timeoutMs });

it.each(['whole', 'slow-head', 'slow-body', 'chunked', 'expect-continue', 'http-1.0'] as const)(
  'a body sent in the manner %s arrives as it was',
  async (manner) => {
    const url = await serve((incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => response.end(`${incoming.httpVersion} ${Buffer.concat(chunks).toString()}`));
    });
    const { reply } = await transportTo(url).send({ ...request, manner });
    expect(reply?.body.toString()).toBe(`${manner === 'http-1.0' ? '1.0' : '1.1'} a=1&b=2`);
  },
);

it('a body is sent without "100 Continue" when none comes', async () => {
  const url = await serveSockets((socket) => {
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString();
      if (received.endsWith('a=1&b=2')) socket.end('HTTP/1.1 200 OK\r\n\r\n');
    });
  });
  const { reply } = await transportTo(url).send({ ...request, manner: 'expect-continue' });
  expect(reply?.status).toBe(200);
});

it('a header that comes twice is sent twice', async () => {
  const url = await serve((incoming, response) =>
    response.end(JSON.stringify(incoming.headersDistinct.sign)),
  );
  const headers = [
    ['sign', 'a'],
    ['sign', 'b'],
  ] as const;
  const { reply } = await transportTo(url).send({ ...request, headers });
  expect(reply?.body.toString()).toBe('["a","b"]');
});

it('a redirect is an answer like others, and is not followed', async () => {
  const seen: (string | undefined)[] = [];
  const url = await serve((incoming, response) => {
    seen.push(incoming.url);
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  const { reply } = await transportTo(url).send(request);
  expect([reply?.status, seen]).toEqual([302, ['/']]);
});

it.each([
  ['time-out', () => {}, 1000],
  ['closed', (socket: { destroy: () => void }) => socket.destroy(), patient],
  ['malformed', (socket: { end: (text: string) => void }) => socket.end('hello\r\n\r\n'), patient],
  [
    'too-large',
    (socket: { write: (text: string) => void }) =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n'),
    patient,
  ],
] as const)('an endpoint can fail as %s', async (kind, onData, timeoutMs) => {
  const url = await serveSockets((socket) => socket.once('data', () => onData(socket)));
  const { failure } = await transportTo(url, timeoutMs).send(request);
  expect(failure?.kind).toBe(kind);
});

it('an endpoint that is not there fails to connect', async () => {
  const transport = transportTo(await findDeadUrl());
  expect((await transport.send(request)).failure?.kind).toBe('connect-failed');
  expect((await transport.reach()).ok).toBe(false);
});

it('requests in turn share a connection while the endpoint keeps it, and go on where it does not', async () => {
  const ports: (number | undefined)[] = [];
  const url = await serve((incoming, response) => {
    ports.push(incoming.socket.remotePort);
    incoming.resume().on('end', () => {
      if (ports.length === 2) response.setHeader('connection', 'close');
      response.end();
    });
  });
  const exchanges = await transportTo(url).sendInTurn([request, request, request]);
  expect(exchanges.map(({ reply }) => reply?.status)).toEqual([200, 200, 200]);
  expect(ports[1]).toBe(ports[0]);
  expect(ports[2]).not.toBe(ports[1]);
});

it('an answer that comes in the middle of a large body is read, and the rest is not sent', async () => {
  const url = await serveSockets((socket) => {
    socket.once('data', () => socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n'));
  });
  const { reply } = await transportTo(url).send({ ...request, body: Buffer.alloc(50_000_000) });
  expect(reply?.status).toBe(413);
});
