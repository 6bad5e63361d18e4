import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTimings, encodeTimings, type Reply, type Timings } from '../src/index.ts';
import { stepsOf } from '../src/transports/connect-times.ts';
import { aRequest, never } from './a-request.ts';
import { openEndpoint, openTransport } from './opened-for-a-test.ts';
import { answer } from './raw-endpoint.ts';

/** Which steps were taken. */
function stepsIn({ timings = '' }: Reply): readonly string[] {
  return Object.entries(decodeTimings(timings)).flatMap(([step, ms]) => (ms === null ? [] : [step]));
}

describe('the timings of an attempt', () => {
  it('are a few characters that read back to the microsecond', () => {
    const none: Timings = {
      queuedMs: null,
      dnsMs: null,
      connectMs: null,
      tlsMs: null,
      waitMs: null,
      downloadMs: null,
    };
    expect(encodeTimings({ ...none, waitMs: 12.3456, downloadMs: 0 })).toBe(',,,,12346,0');
    expect(decodeTimings(',,,,12346,0')).toEqual({ ...none, waitMs: 12.346, downloadMs: 0 });
    const ms = fc.option(fc.nat(20_000_000).map((micros) => micros / 1_000));
    fc.assert(
      fc.property(
        fc.tuple(ms, ms, ms, ms, ms, ms),
        ([queuedMs, dnsMs, connectMs, tlsMs, waitMs, downloadMs]) => {
          const timings = { queuedMs, dnsMs, connectMs, tlsMs, waitMs, downloadMs };
          expect(decodeTimings(encodeTimings(timings))).toEqual(timings);
        },
      ),
    );
  });

  it('have a connect on a new connection, and neither name nor connect on a kept one', async () => {
    const { url } = await openEndpoint({ onRequest: (socket) => socket.write(answer()) });
    const sender = openTransport();
    expect(stepsIn(await sender.post(aRequest(url), never))).toEqual(['connectMs', 'waitMs', 'downloadMs']);
    expect(stepsIn(await sender.post(aRequest(url), never))).toEqual(['waitMs', 'downloadMs']);
  });

  it('have the resolving of a name where there is one', async () => {
    const { port } = await openEndpoint({ onRequest: (socket) => socket.write(answer()) });
    const sender = openTransport({ resolve: () => Promise.resolve(['127.0.0.1']) });
    const reply = await sender.post(aRequest(`http://endpoint.test:${port}/`), never);
    expect(stepsIn(reply)).toEqual(['dnsMs', 'connectMs', 'waitMs', 'downloadMs']);
  });

  it('have the wait for a connection where all were busy', async () => {
    const { url } = await openEndpoint({ onRequest: (socket) => socket.write(answer()) });
    const sender = openTransport();
    const [first, second] = await Promise.all(
      [1, 2].map(() => sender.post(aRequest(url, { inFlightMax: 1 }), never)),
    );
    expect(first && stepsIn(first)).toEqual(['connectMs', 'waitMs', 'downloadMs']);
    expect(second && stepsIn(second)).toEqual(['queuedMs', 'waitMs', 'downloadMs']);
  });

  it('count the step under way when the time was up', async () => {
    const { url } = await openEndpoint({ onRequest: () => {} });
    const reply = await openTransport().post(aRequest(url, { totalTimeoutMs: 50 }), never);
    expect(reply).toMatchObject({ kind: 'failure', reason: 'timeout' });
    expect(stepsIn(reply)).toEqual(['connectMs', 'waitMs']);
    expect(decodeTimings(reply.timings ?? '').waitMs).toBeGreaterThan(1);
  });

  it('end at the step that failed: a name that nobody knows, a handshake that breaks off', async () => {
    const unknown = openTransport({ resolve: () => Promise.resolve([]) });
    expect(stepsIn(await unknown.post(aRequest('http://endpoint.test/'), never))).toEqual(['dnsMs']);
    const { port } = await openEndpoint({ onConnection: (socket) => socket.destroy() });
    const broken = await openTransport().post(aRequest(`https://127.0.0.1:${port}/`), never);
    expect(broken).toMatchObject({ kind: 'failure' });
    expect(stepsIn(broken)).toEqual(['connectMs', 'tlsMs']);
  });

  it('of a connection are those between its marks, and of a step under way those up to now', () => {
    const times = {
      startedMs: 10,
      resolvedMs: 12,
      connectedMs: 15,
      securedMs: 25,
      isNamed: true,
      isSecure: true,
    };
    expect(stepsOf(times, 99)).toEqual({ dnsMs: 2, connectMs: 3, tlsMs: 10 });
    expect(stepsOf({ ...times, securedMs: 0 }, 99)).toEqual({ dnsMs: 2, connectMs: 3, tlsMs: 84 });
    expect(stepsOf({ ...times, resolvedMs: 0, connectedMs: 0 }, 99)).toEqual({
      dnsMs: 89,
      connectMs: null,
      tlsMs: null,
    });
  });
});
