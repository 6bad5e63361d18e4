import { eggFronts } from '../../packages/receiver/test/frameworks/egg-fronts.ts';
import { expressFronts } from '../../packages/receiver/test/frameworks/express-fronts.ts';
import { fastifyFronts } from '../../packages/receiver/test/frameworks/fastify-fronts.ts';
import { fetchFronts } from '../../packages/receiver/test/frameworks/fetch-fronts.ts';
import type { Front } from '../../packages/receiver/test/frameworks/front.ts';
import { koaFronts } from '../../packages/receiver/test/frameworks/koa-fronts.ts';
import { midwayFronts } from '../../packages/receiver/test/frameworks/midway-fronts.ts';
import { nestFronts } from '../../packages/receiver/test/frameworks/nest-fronts.ts';
import { extras } from './careful-receiver.ts';
import { startFront } from './sdk-receivers.ts';
import { type Subject, unavoidable } from './subject.ts';

/** Parsers that hand over text have put U+FFFD in the place of raw bytes that are no UTF-8. */
const afterText = ['form-utf-8-cut-raw'];
/** Parsers that hand over an object have decoded leniently, and dropped what they have no place for. */
const afterQs = [
  ...afterText,
  'field-undeclared-prototype',
  'form-empty-name',
  'form-percent-at-end',
  'form-percent-malformed',
];
const afterQuerystring = [
  ...afterText,
  'form-percent-at-end',
  'form-percent-malformed',
  'form-utf-8-cut',
  'form-utf-8-overlong',
  'form-utf-8-surrogate',
];
/** Frameworks that parse before anything else answer 415 to this spelling themselves. */
const charsetRefused = ['type-charset-utf8'];

/** What a framework, or a parser that reads the body before the adapter, makes go wrong. Set up bare, nothing does. */
const faultsOf: Readonly<Record<string, readonly string[]>> = {
  'Express 4 behind urlencoded, extended': afterQs,
  'Express 4 behind urlencoded, not extended': afterQuerystring,
  'Express 5 behind urlencoded, extended': afterQs,
  'Express 5 behind urlencoded, not extended': afterQs,
  // What the parser refused, Express itself answers with a page, which has the stack in it outside of production.
  'Express 5 in a route behind urlencoded': [...afterQs, ...charsetRefused, 'refusal-without-stack-trace'],
  'Koa behind @koa/bodyparser': afterText,
  'Koa behind koa-bodyparser': afterText,
  'NestJS, default': [...afterQs, ...charsetRefused],
  'NestJS in a @Post': [...afterQs, ...charsetRefused],
  'NestJS with rawBody': charsetRefused,
  'Egg in the router, with csrf.ignore': afterText,
  'Midway, in a controller': afterText,
};

const fronts: readonly Front[] = [
  ...fetchFronts,
  ...expressFronts,
  ...koaFronts,
  ...fastifyFronts,
  ...nestFronts,
  ...eggFronts,
  ...midwayFronts,
];

/** The SDK in every framework that it has an adapter for, in each way in which the adapter's own tests set it up. */
export const adapterReceivers: readonly Subject[] = fronts
  .filter(({ socketless }) => socketless !== true)
  .map((front) => ({
    name: front.name,
    kind: 'adapter',
    expects: { fails: [...(faultsOf[front.name] ?? []), ...unavoidable] },
    told: { extra: extras },
    start: () => startFront(front, {}),
  }));
