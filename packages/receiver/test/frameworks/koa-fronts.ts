import { koaHandler } from '@doorbell/receiver/koa';
import { bodyParser } from '@koa/bodyparser';
import Koa, { type Middleware } from 'koa';
import oldBodyParser from 'koa-bodyparser';

import { AFTER_TEXT, type Front, listen } from './front.ts';

/** The parsers' own limit is 56 KB, and what they refuse no later middleware gets to see. */
const AFTER_KOA_PARSER = { ...AFTER_TEXT, 'a form of 60 KB': '413 -', 'a form of 200 KB': '413 -' };

function front(
  name: string,
  parser: object | null,
  deviations: Readonly<Record<string, string>> = {},
): Front {
  return {
    name,
    deviations,
    start(receiver) {
      const app = new Koa();
      app.silent = true;
      if (parser !== null) app.use(parser as Middleware);
      const handle = koaHandler(receiver);
      app.use((ctx, next) => (ctx.path === '/doorbell' ? handle(ctx) : next()));
      return listen(app.callback());
    },
  };
}

export const koaFronts: readonly Front[] = [
  front('Koa, bare', null),
  front('Koa behind @koa/bodyparser', bodyParser(), AFTER_KOA_PARSER),
  front('Koa behind koa-bodyparser', oldBodyParser(), AFTER_KOA_PARSER),
];
