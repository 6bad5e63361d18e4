/**
 * For Midway on @midwayjs/koa: `@All('/doorbell') receive() { return handle(this.ctx); }`. A Midway context is a Koa
 * context, and its body parser leaves `rawBody`.
 */
export { type KoaContext as MidwayContext, koaHandler as midwayHandler } from './koa.ts';
