import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createNetworkPolicy, type EndpointDraft } from '../src/index.ts';
import { createHttpTransport } from '../src/transports/http.ts';
import { aWorld } from './world.ts';

/** Where a notification stands after one reply: its result, and whether its endpoint is paused. */
type Standing = 'delivered' | 'refused' | 'paused' | 'to be retried';

const envelope = (state: unknown) => JSON.stringify({ state, payload: '' });
const answer = (httpStatus: number, body: string) => (response: ServerResponse) => {
  response.writeHead(httpStatus, { 'content-type': 'application/json', location: '/elsewhere' }).end(body);
};

/** The table "What a reply means", from real sockets to the row in the database. */
const table: readonly [reply: string, (response: ServerResponse) => void, Standing][] = [
  ['2xx and integer state 200', answer(200, envelope(200)), 'delivered'],
  ['201 and integer state 200', answer(201, envelope(200)), 'delivered'],
  ['envelope state 403', answer(200, envelope(403)), 'refused'],
  ['envelope state 401', answer(200, envelope(401)), 'paused'],
  ['envelope state 4011', answer(200, envelope(4011)), 'paused'],
  ['HTTP 401', answer(401, ''), 'paused'],
  ['HTTP 410', answer(410, ''), 'paused'],
  ['envelope state 500', answer(200, envelope(500)), 'to be retried'],
  ['any other envelope state', answer(200, envelope(7)), 'to be retried'],
  ['state 200 with HTTP 500', answer(500, envelope(200)), 'to be retried'],
  ['a state that is a string', answer(200, envelope('200')), 'to be retried'],
  ['no envelope', answer(200, '<html></html>'), 'to be retried'],
  ['an empty body', answer(204, ''), 'to be retried'],
  ['a redirect, never followed', answer(302, envelope(200)), 'to be retried'],
  ['a time-out', () => undefined, 'to be retried'],
  ['a reset', (response) => response.socket?.resetAndDestroy(), 'to be retried'],
  ['an answer that is too large', answer(200, ' '.repeat(70_000)), 'to be retried'],
];

describe('what a reply means, over real sockets', () => {
  it.each(table)('%s', async (_reply, respond, standing) => {
    const paths: string[] = [];
    const url = await listen((request, response) => {
      paths.push(request.url ?? '');
      respond(response);
    });
    expect(await standingAfter({ url, totalTimeoutMs: 1_000 })).toBe(standing);
    expect(paths).toEqual(['/hook']);
  });

  it.each<[string, string]>([
    ['a name that does not resolve', 'http://nowhere.invalid/hook'],
    ['a connection that is refused', 'http://127.0.0.1:1/hook'],
  ])('%s', async (_reply, url) => {
    expect(await standingAfter({ url })).toBe('to be retried');
  });

  it('TLS to an endpoint that does not speak it', async () => {
    const url = await listen(() => undefined);
    expect(await standingAfter({ url: url.replace('http:', 'https:') })).toBe('to be retried');
  });
});

async function standingAfter(endpoint: Partial<EndpointDraft>): Promise<Standing> {
  const policy = createNetworkPolicy({ allowNetworks: ['127.0.0.0/8'] });
  const resolve = () => Promise.reject(new Error('There is no such name.'));
  const transport = createHttpTransport({ policy, userAgent: 'Doorbell-Test', resolve });
  onTestFinished(() => transport.close());
  const noAnswer = () => {
    throw new Error('The scripted transport is not used here.');
  };
  const world = await aWorld({ endpoints: [endpoint], transport, answer: noAnswer });
  await world.append('T', 50000);
  await world.quiet();
  const { result, waiting, attempts } = await world.notification('T', 1);
  expect(attempts).toBe(1);
  if (result === 1) return 'delivered';
  if (result === 2) return 'refused';
  if (waiting?.for === 'endpoint-paused') return 'paused';
  expect(waiting?.for).toBe('retry');
  return 'to be retried';
}

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}
