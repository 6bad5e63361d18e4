import 'reflect-metadata';

import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Receiver } from '@doorbell/receiver';
import { nestHandler } from '@doorbell/receiver/nest';
import { All, Controller, type MiddlewareConsumer, Module, Post, Req, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

import { AFTER_PARSING, type Front, listen } from './front.ts';

/** Nest's parsers stand before everything else and refuse these themselves. */
const BY_NEST = { 'charset gbk': '415 -', 'charset=UTF8': '415 -', 'a form of 200 KB': '413 -' };
const AFTER_NEST_PARSER = {
  ...AFTER_PARSING,
  ...BY_NEST,
  'a name that asks for a list': '200 500 body-consumed',
  'a name with brackets': '200 500 body-consumed',
  'an empty name': '200 200 Success',
};

/** What decorators would do: the tests run without a step that compiles them. */
function controllerFor(receiver: Receiver, method: typeof All | typeof Post): new () => object {
  const handle = nestHandler(receiver);
  class DoorbellController {
    receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
      return handle(request, response);
    }
  }
  const { prototype } = DoorbellController;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, 'receive') ?? {};
  method()(prototype, 'receive', descriptor);
  Req()(prototype, 'receive', 0);
  Res()(prototype, 'receive', 1);
  Controller('doorbell')(DoorbellController);
  return DoorbellController;
}

function moduleFor(receiver: Receiver, place: 'all' | 'post' | 'middleware'): new () => object {
  class DoorbellModule {
    configure(consumer: MiddlewareConsumer): void {
      if (place === 'middleware') consumer.apply(nestHandler(receiver)).forRoutes('doorbell');
    }
  }
  const controllers = place === 'middleware' ? [] : [controllerFor(receiver, place === 'post' ? Post : All)];
  Module({ controllers })(DoorbellModule);
  return DoorbellModule;
}

function front(
  name: string,
  place: 'all' | 'post' | 'middleware',
  options: { rawBody?: boolean; bodyParser?: boolean },
  deviations: Readonly<Record<string, string>>,
): Front {
  return {
    name,
    deviations,
    async start(receiver) {
      const app = await NestFactory.create(moduleFor(receiver, place), { ...options, logger: false });
      await app.init();
      return listen(app.getHttpAdapter().getInstance(), () => app.close());
    },
  };
}

export const nestFronts: readonly Front[] = [
  front('NestJS, default', 'all', {}, AFTER_NEST_PARSER),
  front('NestJS in a @Post', 'post', {}, { ...AFTER_NEST_PARSER, 'a GET': '404 -' }),
  front('NestJS with rawBody', 'all', { rawBody: true }, BY_NEST),
  front('NestJS without parsers, as a middleware', 'middleware', { bodyParser: false }, {}),
];
