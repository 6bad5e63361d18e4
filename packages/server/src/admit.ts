import type { Actor } from '@doorbell/engine';
import type { FastifyInstance, FastifyRequest, onRequestHookHandler, RouteOptions } from 'fastify';
import type { AppPorts } from './app-ports.ts';
import { KeyDoor } from './auth.ts';
import { type CustomerStore, createCustomerStore } from './customer-store.ts';
import { countRefusals, limitRates, rateOf } from './limit-rates.ts';
import { actorOf, type Principal } from './principal.ts';
import { Problem } from './problem.ts';
import { accessOf, type RouteAccess } from './route-access.ts';
import { checkSameSite } from './same-site.ts';
import { problems } from './schemas/problem.ts';
import { findSessionId } from './session-cookie.ts';
import { checkCsrfToken, SessionDoor } from './session-door.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is asking. Only routes for `anyone` must not look. */
    principal: Principal;
    /** What the caller may see of the store. */
    store: CustomerStore;
    /** Who is asking, for the audit log. */
    readonly actor: Actor;
    /** For answers that take long. Throws the 401 problem once the key, session or link has ended since. */
    checkStillAdmitted(): Promise<void>;
  }
}

type PrincipalPorts = Pick<AppPorts, 'admin' | 'clock' | 'randomBytes'>;

/** Lets a request through to a route of this scope only if the table of routes says that the caller may. */
export async function admitByTable(
  app: FastifyInstance,
  { admin, clock, randomBytes }: PrincipalPorts,
): Promise<void> {
  const keys = new KeyDoor(admin, clock);
  const sessions = new SessionDoor(admin, clock, randomBytes);
  app.decorateRequest('principal', null as unknown as Principal);
  app.decorateRequest('store', null as unknown as CustomerStore);
  app.decorateRequest('actor', {
    getter(this: FastifyRequest) {
      return actorOf(this.principal, this.ip);
    },
  });

  app.decorateRequest('checkStillAdmitted', async function (this: FastifyRequest) {
    const sessionId = sessionIdOf(this);
    if (sessionId !== undefined) await sessions.find(sessionId);
    else await findByKey(this.headers.authorization);
  });

  function findByKey(authorization: string | undefined): Promise<Principal | undefined> {
    return new Promise((resolve, reject) => {
      keys.open(authorization, (problem, principal) => (problem ? reject(problem) : resolve(principal)));
    });
  }

  function enter(request: FastifyRequest, principal: Principal): void {
    request.principal = principal;
    request.store = principal.customerId === null ? admin : createCustomerStore(admin, principal.customerId);
  }

  async function enterBySession(request: FastifyRequest, sessionId: string): Promise<Problem | undefined> {
    const principal = await sessions.find(sessionId);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      checkSameSite(request);
      checkCsrfToken(request.headers['x-csrf-token'], principal);
    }
    enter(request, principal);
    return undefined;
  }

  const admit =
    (access: RouteAccess): onRequestHookHandler =>
    (request, _reply, done) => {
      const { authorization } = request.headers;
      const sessionId = sessionIdOf(request);
      if (sessionId !== undefined) {
        enterBySession(request, sessionId).then(
          () => done(refusal(access, request.principal)),
          (error) => refuse(request, error, done),
        );
        return;
      }
      keys.open(authorization, (problem, principal) => {
        if (principal === undefined) return refuse(request, problem, done);
        enter(request, principal);
        done(refusal(access, principal));
      });
    };

  app.addHook('onRoute', (route) => {
    const access = accessOf(String(route.method), route.url);
    route.config = { ...route.config, ...rateOf(access) };
    if (access.scope !== 'anyone') route.onRequest = [admit(access), ...[route.onRequest ?? []].flat()];
    describe(route, access);
  });

  // After the hook above, so that its own hook on each route finds who is asking.
  await limitRates(app);
  const countRefusal = countRefusals(app);

  function refuse(request: FastifyRequest, error: unknown, done: (error: Error) => void): void {
    if (error instanceof Problem && error.kind === 'unauthorized')
      countRefusal(request, error).then(done, done);
    else done(error as Error);
  }
}

/** A key that is sent goes before a cookie, which browsers add unasked. */
function sessionIdOf(request: FastifyRequest): string | undefined {
  return request.headers.authorization === undefined ? findSessionId(request) : undefined;
}

function refusal(access: RouteAccess, principal: Principal): Problem | undefined {
  if (principal.kind === 'customer' && !access.customers) {
    return new Problem('forbidden', "A customer's link does not lead here.");
  }
  if (access.scope === 'anyone' || principal.allows.has(access.scope as never)) return undefined;
  if (access.scope === 'session') {
    return principal.session === undefined
      ? new Problem('forbidden', 'This is for those who have signed in, not for API keys.')
      : undefined;
  }
  const missing = principal.kind === 'key' ? `The API key lacks the scope ${access.scope}.` : undefined;
  return new Problem('forbidden', missing ?? 'Your role may not do this.');
}

/** What the document says of every route: the scope it needs, and that it may be refused for want of it. */
function describe(route: RouteOptions, { scope }: RouteAccess): void {
  const { schema } = route;
  if (schema === undefined) return;
  const needs =
    scope === 'anyone' ? [] : [`Needs ${scope === 'session' ? 'a session' : `the scope \`${scope}\``}.`];
  route.schema = {
    ...schema,
    description: [schema.description ?? [], ...needs].flat().join(' '),
    ...(scope === 'anyone' ? { security: [] } : {}),
    ...(scope === 'session' ? { security: [{ session: [] }] } : {}),
    response: { ...(schema.response as object), ...problems(403, 429) },
  };
}
