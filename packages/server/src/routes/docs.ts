import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance } from 'fastify';

/** The page may talk to this server only: no CDN, no fonts, no proxy, no telemetry from anywhere else. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Readable documentation of the API, served whole by this process. */
export const docsRoutes: FastifyPluginAsyncTypebox = async (app) => {
  let reference: Promise<FastifyInstance> | undefined;
  for (const url of ['/docs', '/docs/', '/docs/js/scalar.js']) {
    app.get(url, { schema: { hide: true }, logLevel: 'warn' }, async (request, reply) => {
      reference ??= openReference();
      const { host } = request;
      const page = await (await reference).inject({ url: request.url, headers: { host } });
      const { location, 'content-type': contentType } = page.headers;
      if (location !== undefined) reply.header('location', location);
      if (contentType !== undefined) reply.header('content-type', contentType);
      reply.header('content-security-policy', contentSecurityPolicy);
      reply.header('x-content-type-options', 'nosniff');
      return reply.code(page.statusCode).send(page.rawPayload);
    });
  }
};

/** Loaded when it is first asked for: 5 MB of script, which most processes never show. */
async function openReference(): Promise<FastifyInstance> {
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  const reference = Fastify();
  await reference.register(scalar, {
    routePrefix: '/docs',
    configuration: {
      url: '/openapi.json',
      pageTitle: 'Doorbell API',
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      showDeveloperTools: 'never',
      agent: { disabled: true },
      mcp: { disabled: true },
    },
  });
  return reference;
}
