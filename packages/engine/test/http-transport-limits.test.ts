import { describe, expect, it } from 'vitest';
import { aRequest, bodyOf, never } from './a-request.ts';
import { openEndpoint, openTransport } from './opened-for-a-test.ts';
import { answer } from './raw-endpoint.ts';

describe('limits', () => {
  it('keeps at most inFlightMax requests under way, and the others wait their turn', async () => {
    let most = 0;
    const held: (() => void)[] = [];
    const { url, openSockets } = await openEndpoint({
      onRequest: (socket) => {
        most = Math.max(most, openSockets.size);
        held.push(() => socket.write(answer()));
        if (held.length === 2) for (const go of held.splice(0)) go();
      },
    });
    const sender = openTransport();
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => sender.post(aRequest(url, { inFlightMax: 2 }), never)),
    );
    expect(replies.every((reply) => reply.kind === 'response')).toBe(true);
    expect(most).toBe(2);
  });

  it('does not let a stuck endpoint hold up another, nor another URL of the same endpoint', async () => {
    const stuck = await openEndpoint({});
    const healthy = await openEndpoint({ onRequest: (socket) => socket.write(answer('here')) });
    const sender = openTransport();
    const stop = new AbortController();
    const waiting = [1, 2, 3].map(() => sender.post(aRequest(stuck.url, { inFlightMax: 2 }), stop.signal));
    const other = await sender.post(aRequest(healthy.url, { endpointId: 'other' }), never);
    const notice = await sender.post(aRequest(healthy.url), never);
    expect([bodyOf(other), bodyOf(notice)]).toEqual(['here', 'here']);
    stop.abort();
    expect((await Promise.all(waiting)).map((reply) => reply.kind === 'failure' && reply.reason)).toEqual([
      'aborted',
      'aborted',
      'aborted',
    ]);
  });

  it('reads a body of exactly 64 KiB', async () => {
    const { url } = await openEndpoint({ onRequest: (socket) => socket.write(answer('x'.repeat(65_536))) });
    expect(bodyOf(await openTransport().post(aRequest(url), never))).toHaveLength(65_536);
  });

  it.each([
    ['announces one byte more', (send: (text: string) => void) => send(answer('x'.repeat(65_537)))],
    [
      'never ends',
      (send: (text: string) => void) => {
        send('HTTP/1.1 200 OK\r\n\r\n');
        for (let index = 0; index < 64; index += 1) send('x'.repeat(16_384));
      },
    ],
    [
      'never ends, chunked',
      (send: (text: string) => void) => {
        send('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
        for (let index = 0; index < 64; index += 1) send(`4000\r\n${'x'.repeat(16_384)}\r\n`);
      },
    ],
  ])('stops reading and closes the connection when a body %s', async (_title, write) => {
    const { url, deserted } = await openEndpoint({
      onRequest: (socket) => write((text) => socket.write(text)),
    });
    const reply = await openTransport().post(aRequest(url), never);
    expect(reply).toMatchObject({ kind: 'failure', reason: 'response-too-large', uncertain: true });
    await deserted();
  });

  it('refuses 2,000 headers', async () => {
    const headers = Array.from({ length: 2_000 }, (_, index) => `x-${index}: 0123456789`);
    const { url, deserted } = await openEndpoint({
      onRequest: (socket) => socket.write(answer('', '200 OK', headers)),
    });
    const reply = await openTransport().post(aRequest(url), never);
    expect(reply).toMatchObject({ kind: 'failure', reason: 'response-too-large', uncertain: true });
    await deserted();
  });

  it.each([
    ['a head that never comes', () => {}],
    ['a head that drips', (drip: (text: string) => void) => drip('HTTP/1.1 200 OK\r\nx-slow: ')],
    [
      'a body that drips',
      (drip: (text: string) => void) => drip('HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n'),
    ],
  ])('ends %s at the total timeout, and the connection with it', async (_title, begin) => {
    const { url, deserted } = await openEndpoint({
      onRequest: (socket) => {
        begin((text) => {
          socket.write(text);
          const dripping = setInterval(() => socket.write('x'), 10);
          socket.on('close', () => clearInterval(dripping));
        });
      },
    });
    const reply = await openTransport().post(aRequest(url, { totalTimeoutMs: 150 }), never);
    expect(reply).toMatchObject({
      kind: 'failure',
      reason: 'timeout',
      uncertain: true,
      remoteAddress: '127.0.0.1',
    });
    await deserted();
  });

  it('counts the wait for a free connection in the total timeout, and then nothing was sent', async () => {
    const { url, requests } = await openEndpoint({});
    const sender = openTransport();
    const first = sender.post(aRequest(url, { inFlightMax: 1, totalTimeoutMs: 300 }), never);
    const second = await sender.post(aRequest(url, { inFlightMax: 1, totalTimeoutMs: 100 }), never);
    expect(second).toMatchObject({
      kind: 'failure',
      reason: 'timeout',
      uncertain: false,
      remoteAddress: null,
    });
    expect(await first).toMatchObject({ kind: 'failure', reason: 'timeout', uncertain: true });
    expect(requests).toHaveLength(1);
  });
});

describe('stopping', () => {
  it('sends nothing when the signal was aborted before', async () => {
    const { url, connectionCount } = await openEndpoint({});
    const reply = await openTransport().post(aRequest(url), AbortSignal.abort());
    expect(reply).toMatchObject({ kind: 'failure', reason: 'aborted', uncertain: false });
    expect(connectionCount()).toBe(0);
  });

  it('ends every exchange of an aborted signal, and no other', async () => {
    const stop = new AbortController();
    const { url, deserted } = await openEndpoint({
      onRequest: (_socket, _request, index) => index === 1 && stop.abort(),
    });
    const other = await openEndpoint({ onRequest: (socket) => socket.write(answer('goes on')) });
    const sender = openTransport();
    const stopped = [1, 2].map(() => sender.post(aRequest(url), stop.signal));
    const kept = sender.post(aRequest(other.url), never);
    expect(await Promise.all(stopped)).toMatchObject([
      { kind: 'failure', reason: 'aborted', uncertain: true },
      { kind: 'failure', reason: 'aborted', uncertain: true },
    ]);
    expect(bodyOf(await kept)).toBe('goes on');
    await deserted();
  });

  it('leaves no socket open after close, idle or busy, and answers later requests with aborted', async () => {
    const idle = await openEndpoint({ onRequest: (socket) => socket.write(answer()) });
    let begun: () => void = () => {};
    const isBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const busy = await openEndpoint({ onRequest: () => begun() });
    const sender = openTransport();
    await sender.post(aRequest(idle.url), never);
    const underWay = sender.post(aRequest(busy.url), never);
    await isBegun;
    await sender.close();
    expect(await underWay).toMatchObject({ kind: 'failure', reason: 'aborted', uncertain: true });
    await Promise.all([idle.deserted(), busy.deserted()]);
    const late = await sender.post(aRequest(idle.url), never);
    expect(late).toMatchObject({ kind: 'failure', reason: 'aborted', uncertain: false });
  });
});
