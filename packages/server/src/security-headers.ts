import type { FastifyInstance } from 'fastify';

/** No script but our own files, no frame, no form to elsewhere, and no text that becomes script. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** Those of any answer, also one that is written before a request was understood. */
export const headersOfAnyAnswer: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
};

const overHttps = { ...headersOfAnyAnswer, 'strict-transport-security': 'max-age=63072000' };

/** On every answer, also of errors. A page that needs another policy sets its own afterwards. */
export function securityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    // Doorbell itself speaks plain http; only a proxy that it trusts can say that the browser's end is https.
    const isProxied = request.headers['x-forwarded-proto'] !== undefined;
    reply.headers(isProxied && request.protocol === 'https' ? overHttps : headersOfAnyAnswer);
    done();
  });
}
