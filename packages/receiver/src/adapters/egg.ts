import type { Receiver } from '../create-receiver.ts';
import { type KoaContext, koaHandler } from './koa.ts';

/** What is used of an Egg application. */
export interface EggApplication {
  readonly middleware: object[];
}

/**
 * For Egg, in app/router.js: `mountInEgg(app, '/doorbell', receiver)`. Stands before Egg's own middleware, so that neither
 * its CSRF check nor its body parser gets to see a notification.
 */
export function mountInEgg(app: EggApplication, path: string, receiver: Receiver): void {
  const handle = koaHandler(receiver);
  app.middleware.unshift((ctx: KoaContext & { readonly path: string }, next: () => Promise<void>) =>
    ctx.path === path ? handle(ctx) : next(),
  );
}

/**
 * For Egg's router: `router.all('/doorbell', eggHandler(receiver))`. Egg answers 403 before any router unless
 * `config.security.csrf.ignore` names the path.
 */
export { koaHandler as eggHandler } from './koa.ts';
