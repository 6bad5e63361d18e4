import type { FastifyInstance } from 'fastify';
import { Problem } from './problem.ts';
import { sendProblem } from './problem-reply.ts';

/** 405 where the path is known with other methods, 404 elsewhere. */
export function replyToUnknownRoutes(app: FastifyInstance): void {
  const methodsByPath = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();

  app.addHook('onRoute', ({ url, method }) => {
    const source = url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[A-Za-z]+/g, '[^/]+');
    const known = methodsByPath.get(url) ?? { pattern: new RegExp(`^${source}$`), methods: new Set() };
    for (const name of [method].flat()) known.methods.add(name);
    methodsByPath.set(url, known);
  });

  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = [...methodsByPath.values()]
      .filter(({ pattern }) => pattern.test(path))
      .flatMap(({ methods }) => [...methods]);
    if (allowed.length === 0)
      return sendProblem(reply, new Problem('not-found', 'There is nothing at this path.'));
    const allow = [...new Set(allowed)].join(', ');
    return sendProblem(
      reply,
      new Problem('method-not-allowed', `This path takes ${allow}, not ${request.method}.`, [], { allow }),
    );
  });
}
