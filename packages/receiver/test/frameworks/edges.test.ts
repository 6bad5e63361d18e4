import { request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

import { expressHandler } from '@doorbell/receiver/express';
import { fastifyPlugin } from '@doorbell/receiver/fastify';
import { fetchHandler } from '@doorbell/receiver/fetch';
import { koaHandler } from '@doorbell/receiver/koa';
import { getRequestListener } from '@hono/node-server';
import express5 from 'express';
import express4 from 'express4';
import Fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { expect, it } from 'vitest';

import { readAnswer, type TestAnswer } from '../describe-matrix.ts';
import { recordingReceiver } from '../recording-receiver.ts';
import { signedRequest, unsignedRequest } from '../signed-request.ts';
import { eggWithoutIgnore } from './egg-fronts.ts';
import { type Front, listen, type Running } from './front.ts';

const CONSUMED = '{"state":500,"payload":"body-consumed"}';

/** A middleware that reads the body and keeps nothing of it. */
const swallow = (request: IncomingMessage) => text(request);

const swallowing: readonly Front[] = [
  ...[express4, express5].map((express, index) => ({
    name: `Express ${index + 4}`,
    start(receiver: Parameters<Front['start']>[0]) {
      const app = express();
      app.use((request, _response, next) => void swallow(request).then(() => next()));
      app.use('/doorbell', expressHandler(receiver));
      return listen(app);
    },
  })),
  {
    name: 'Koa',
    start(receiver) {
      const app = new Koa();
      app.use(async (ctx, next) => {
        await swallow(ctx.req);
        await next();
      });
      app.use(koaHandler(receiver));
      return listen(app.callback());
    },
  },
  {
    name: 'Fastify',
    async start(receiver) {
      const app = Fastify();
      app.addHook('onRequest', async ({ raw }) => void (await swallow(raw)));
      await app.register(fastifyPlugin(receiver), { prefix: '/doorbell' });
      await app.ready();
      return listen(app.routing, () => app.close());
    },
  },
  {
    name: 'Hono',
    start(receiver) {
      const app = new Hono();
      const handle = fetchHandler(receiver);
      app.use(async (c, next) => {
        await c.req.parseBody();
        await next();
      });
      app.all('/doorbell', (c) => handle(c.req.raw));
      return listen(getRequestListener(app.fetch));
    },
  },
];

async function during<T>(running: Running, use: (running: Running) => Promise<T>): Promise<T> {
  try {
    return await use(running);
  } finally {
    await running.stop();
  }
}

it.each(swallowing)(
  '$name: a body that something else has read is refused by name at once',
  async (front) => {
    const { receiver, refusals } = recordingReceiver();
    const answer = await during(await front.start(receiver), ({ send }) => send(signedRequest()));
    expect(answer.body).toBe(CONSUMED);
    expect(refusals.map(({ code }) => code)).toEqual(['body-consumed']);
  },
);

it.each([
  ['4', express4],
  ['5', express5],
])('Express %s: an empty body that a parser has read is still answered', async (_version, express) => {
  const { receiver, refusals } = recordingReceiver();
  const app = express();
  app.use((request, _response, next) => void swallow(request).then(() => next()));
  app.use('/doorbell', expressHandler(receiver));
  const request = { ...signedRequest(), body: new Uint8Array() };
  const answer = await during(await listen(app), ({ send }) => send(request));
  expect(answer.body).toBe('{"state":401,"payload":"authentication failed"}');
  expect(refusals.map(({ code }) => code)).toEqual(['sign-mismatch']);
});

it('Express: a middleware that asked for text instead of bytes does no harm', async () => {
  const { receiver, changes } = recordingReceiver();
  const app = express5();
  app.use((request, _response, next) => {
    request.setEncoding('utf8');
    next();
  });
  app.use('/doorbell', expressHandler(receiver));
  await during(await listen(app), ({ send }) => send(signedRequest()));
  expect(changes).toMatchObject([{ userName: '张三 Lee' }]);
});

it.each([
  ['a body that is not the gzip it says', { 'content-encoding': 'gzip' }, 'a=1', 'body-consumed'],
  ['an unknown content coding', { 'content-encoding': 'wrapped' }, 'a=1', 'body-consumed'],
  ['over 1,000 parameters', {}, 'a&'.repeat(1_001), 'form-too-many-fields'],
  ['brackets 33 deep', {}, `a${'[b]'.repeat(33)}=1`, 'body-consumed'],
])('Express: %s, on which a parser in front gives up, is answered with an envelope', async (...row) => {
  const [, headers, body, code] = row;
  for (const express of [express4, express5]) {
    const { receiver, refusals } = recordingReceiver();
    const app = express();
    app.use(express.urlencoded({ extended: true }));
    app.use('/doorbell', expressHandler(receiver));
    const answer = await during(await listen(app), ({ send }) => send(unsignedRequest(body, headers)));
    expect(answer.body).toBe(`{"state":500,"payload":"${code}"}`);
    expect(refusals.map((refusal) => refusal.code)).toEqual([code]);
  }
});

it('Express: an error that is not about the body is left to others', async () => {
  const { receiver, refusals } = recordingReceiver();
  const app = express5();
  app.set('env', 'test');
  app.use(() => {
    throw Object.assign(new Error('no session'), { status: 418 });
  });
  app.use('/doorbell', expressHandler(receiver));
  const answer = await during(await listen(app), ({ send }) => send(signedRequest()));
  expect(answer.status).toBe(418);
  expect(refusals).toEqual([]);
});

it('Egg: its router is reached only with csrf.ignore, and a request that is not let in is told so at once', async () => {
  const { receiver, changes } = recordingReceiver();
  const answer = await during(await eggWithoutIgnore.start(receiver), ({ send }) => send(signedRequest()));
  expect(answer.status).toBe(403);
  expect(changes).toEqual([]);
});

it('Fastify: the other routes keep their parsers, and their headers', async () => {
  const { receiver, changes } = recordingReceiver();
  const app = Fastify();
  await app.register(fastifyPlugin(receiver), { prefix: '/doorbell' });
  app.post('/json', async ({ body, headers }) => ({ body, type: headers['content-type'] }));
  await app.ready();
  const answers = await during(await listen(app.routing, () => app.close()), async ({ port, send }) => {
    const request = httpRequest({ host: '127.0.0.1', port, path: '/json', method: 'POST' });
    const answered = new Promise<TestAnswer>((resolve) =>
      request.on('response', (response) => resolve(readAnswer(response))),
    );
    request.setHeader('content-type', 'application/json').end('{"a":1}');
    return [(await answered).body, (await send(signedRequest())).status];
  });
  expect(answers).toEqual(['{"body":{"a":1},"type":"application/json"}', 200]);
  expect(changes).toHaveLength(1);
});
