import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ConsoleFile, readConsoleFiles } from '../console-files.ts';
import { contentSecurityPolicy } from '../security-headers.ts';

/** Beside those of every answer: the console's markup may come from one policy, the default one. */
const headers = {
  'content-security-policy': `${contentSecurityPolicy}; trusted-types default`,
  vary: 'accept-encoding',
};

/** The web console: its files by name, and its index.html for every page that only the browser knows. */
export function consoleRoutes(directory: string): (app: FastifyInstance) => Promise<void> {
  const files = readConsoleFiles(directory);
  return async (app) => {
    app.get('/*', { schema: { hide: true } }, (request, reply) => {
      const path = request.url.split('?', 1)[0] ?? '';
      const file = files.get(path) ?? (isPage(path, request) ? files.get('/index.html') : undefined);
      return file === undefined ? reply.callNotFound() : send(file, request, reply);
    });
  };
}

/** Who asks for a file or for the API is told that it is not there, not given a page; the address itself is one to all. */
function isPage(path: string, { headers: { accept = '' } }: FastifyRequest): boolean {
  return path === '/' || (!/^\/(v1|assets)(\/|$)/.test(path) && accept.includes('text/html'));
}

function send(file: ConsoleFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const takesBrotli = /\bbr\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const isCompressed = takesBrotli && file.brotli !== null;
  reply.headers({
    ...headers,
    'content-type': file.contentType,
    'cache-control': file.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  if (isCompressed) reply.header('content-encoding', 'br');
  return reply.send(isCompressed ? file.brotli : file.bytes);
}
