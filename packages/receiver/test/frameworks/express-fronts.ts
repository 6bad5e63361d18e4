import { expressHandler } from '@doorbell/receiver/express';
import express5, { type RequestHandler } from 'express';
import express4 from 'express4';

import { AFTER_PARSING, type Front, listen } from './front.ts';

type Express = typeof express5;

/** What the parsers lose differs: qs takes brackets apart, Express 5 keeps no `__proto__` of node:querystring either. */
const AFTER_QS = {
  ...AFTER_PARSING,
  'a name that asks for a list': '200 500 body-consumed',
  'a name with brackets': '200 500 body-consumed',
  'an empty name': '200 200 Success',
};
const AFTER_QUERYSTRING_4 = { ...AFTER_PARSING, 'an empty __proto__': '200 500 field-undeclared: __proto__' };
const AFTER_QUERYSTRING_5 = { ...AFTER_PARSING, 'an empty name': '200 200 Success' };

function front(
  name: string,
  express: Express,
  parser: RequestHandler | null,
  deviations: Readonly<Record<string, string>> = {},
): Front {
  return {
    name,
    deviations,
    start(receiver) {
      const app = express();
      if (parser !== null) app.use(parser);
      app.use('/doorbell', expressHandler(receiver));
      return listen(app);
    },
  };
}

function frontsOf(version: string, express: Express, simple: Readonly<Record<string, string>>): Front[] {
  return [
    front(`${version}, bare`, express, null),
    front(
      `${version} behind urlencoded, extended`,
      express,
      express.urlencoded({ extended: true }),
      AFTER_QS,
    ),
    front(
      `${version} behind urlencoded, not extended`,
      express,
      express.urlencoded({ extended: false }),
      simple,
    ),
    front(`${version} behind raw`, express, express.raw({ type: '*/*' })),
  ];
}

/** As a route, Express itself answers what its parser refused. */
const inRoute: Front = {
  name: 'Express 5 in a route behind urlencoded',
  deviations: {
    ...AFTER_QUERYSTRING_5,
    'charset gbk': '415 -',
    'charset=UTF8': '415 -',
    'a form of 200 KB': '413 -',
  },
  start(receiver) {
    const app = express5();
    app.use(express5.urlencoded());
    app.all('/doorbell', expressHandler(receiver));
    return listen(app);
  },
};

export const expressFronts: readonly Front[] = [
  ...frontsOf('Express 4', express4, AFTER_QUERYSTRING_4),
  ...frontsOf('Express 5', express5, AFTER_QUERYSTRING_5),
  inRoute,
];
