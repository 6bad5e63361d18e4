import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { networkOf } from './network-of.ts';
import { tooManyRequests } from './problem.ts';
import type { RouteAccess } from './route-access.ts';

const windowMs = 10_000;
const conformanceWindowMs = 600_000;

/** In each window. Generous: they stop what runs wild, not what works hard. */
export const requestsMax = {
  /** Of one key, user or link, all other routes together. */
  others: 6_000,
  /** Of one key, user or link, each way to resend all that match a filter: one may reopen 100,000 notifications. */
  bulk: 20,
  /** Of one network, of routes where one proves who one is. */
  signIn: 60,
  /** Of one network, with credentials that are not good. */
  refused: 200,
  /** Of one endpoint, in ten minutes: each is some two hundred requests that the customer has to answer. */
  conformanceRuns: 6,
} as const;

/** Counts in this process, for each key, user or link, and for each network where nobody is known yet. */
export async function limitRates(app: FastifyInstance): Promise<void> {
  await app.register(rateLimit, {
    max: requestsMax.others,
    timeWindow: windowMs,
    enableDraftSpec: true,
    keyGenerator: (request: FastifyRequest) => request.principal?.id ?? networkOf(request.ip),
    errorResponseBuilder: (_request, { ttl }) => tooManyRequests(ttl),
  });
}

/**
 * What the plugin is to know of the route: sign-ins have a count of their own. Appends are counted by `KeyDoor` alone, for
 * nothing: the plugin's count and headers were a seventh of the processor time of an append.
 */
export function rateOf({ scope }: RouteAccess): RouteOptions['config'] {
  if (scope === 'append') return { rateLimit: false };
  return scope === 'anyone' ? { rateLimit: { max: requestsMax.signIn } } : {};
}

/** For the `config` of a route that one call of which is work for seconds. */
export const bulkRate: NonNullable<RouteOptions['config']> = { rateLimit: { max: requestsMax.bulk } };

/** Throws the 429 problem when this endpoint has been judged too often lately. */
export function limitConformanceRuns(app: FastifyInstance): (request: FastifyRequest) => Promise<void> {
  const count = app.createRateLimit({
    max: requestsMax.conformanceRuns,
    timeWindow: conformanceWindowMs,
    keyGenerator: (request: FastifyRequest) => `conformance ${(request.params as EndpointParams).endpointId}`,
  });
  return async (request) => {
    const counted = await count(request);
    if (!counted.isAllowed && counted.isExceeded) throw tooManyRequests(counted.ttl);
  };
}

interface EndpointParams {
  readonly endpointId: string;
}

/** Counts the refusal, and is the problem to answer with: the refusal itself, or that there were too many. */
export function countRefusals(
  app: FastifyInstance,
): (request: FastifyRequest, refusal: Error) => Promise<Error> {
  const count = app.createRateLimit({
    max: requestsMax.refused,
    keyGenerator: (request: FastifyRequest) => networkOf(request.ip),
  });
  return async (request, refusal) => {
    const counted = await count(request);
    return !counted.isAllowed && counted.isExceeded ? tooManyRequests(counted.ttl) : refusal;
  };
}
