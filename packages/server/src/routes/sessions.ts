import { timingSafeEqual } from 'node:crypto';
import type { Actor, User } from '@doorbell/engine';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { AppPorts } from '../app-ports.ts';
import { sha256, unauthorized } from '../auth.ts';
import { networkOf } from '../network-of.ts';
import { hashPassword, verifyPassword } from '../passwords.ts';
import { actorOf } from '../principal.ts';
import { invalidRequest } from '../problem.ts';
import { checkConfidential, checkSameSite } from '../same-site.ts';
import { problems } from '../schemas/problem.ts';
import { session, setupBody, showSession, signInBody } from '../schemas/session.ts';
import { clearSessionCookie, findSessionId, setSessionCookie } from '../session-cookie.ts';
import { linkIdOf, type OpenedSession, SessionDoor } from '../session-door.ts';
import { SignInThrottle } from '../sign-in-throttle.ts';
import { TokenRefusals } from '../token-refusals.ts';
import { fault } from '../validate.ts';

/** Signing in and out, by browsers. */
export function sessionRoutes(ports: AppPorts): FastifyPluginAsyncTypebox {
  const { admin, clock, randomBytes } = ports;
  const doors = {
    sessions: new SessionDoor(admin, clock, randomBytes),
    refusals: new TokenRefusals(admin, clock),
  };
  return async (app) => {
    await app.register(signInRoutes(ports, doors));
    await app.register(setupRoutes(ports, doors));
    await app.register(ownSessionRoutes(doors));
  };
}

interface Doors {
  readonly sessions: SessionDoor;
  readonly refusals: TokenRefusals;
}

function signInRoutes(ports: AppPorts, { sessions, refusals }: Doors): FastifyPluginAsyncTypebox {
  const throttle = new SignInThrottle(ports.clock);
  return async (app) => {
    app.post(
      '/sessions',
      {
        schema: {
          tags: ['access'],
          operationId: 'signIn',
          summary: "Sign in with a password, or with the token of a customer's link",
          description:
            'For pages of this server, over https or from the loopback address. Sets the cookie of the session.',
          body: signInBody,
          response: { 201: session, ...problems(400, 401, 413, 415, 503) },
        },
      },
      async (request, reply) => {
        checkSameSite(request);
        checkConfidential(request);
        const { userName, password, linkToken } = request.body;
        if (linkToken !== undefined) {
          const opened = await sessions.openForLink(linkToken, request.ip);
          if (opened !== undefined) return enter(sessions, request, reply, opened);
          await refusals.record(linkIdOf(linkToken) ?? 'link', request.ip);
          throw unauthorized('The link is no longer good.');
        }
        if (userName === undefined || password === undefined) {
          const missing = userName === undefined ? '/userName' : '/password';
          throw invalidRequest([fault(missing, 'field-missing', 'is needed, or a linkToken')]);
        }
        const user = await checkPassword(ports, throttle, { userName, password, address: request.ip });
        const by: Actor = { kind: 'user', id: userName, address: request.ip };
        return enter(sessions, request, reply, await sessions.openForUser(user, by));
      },
    );
  };
}

interface Attempt {
  readonly userName: string;
  readonly password: string;
  readonly address: string;
}

/** Throws the 401 problem, after it was written to the audit log, when it is not the password of a user who may sign in. */
async function checkPassword(
  { admin }: AppPorts,
  throttle: SignInThrottle,
  { userName, password, address }: Attempt,
): Promise<User> {
  const network = networkOf(address);
  throttle.begin(userName, network);
  const user = await admin.findUser(userName);
  const isRight = await verifyPassword(password, user?.passwordHash);
  if (user !== undefined && isRight && !user.disabled) {
    throttle.succeeded(userName, network);
    return user;
  }
  const actor: Actor = { kind: 'anonymous', id: userName, address };
  await admin.recordAudit({ actor, action: 'session.refuse', target: userName, before: null, after: null });
  throw unauthorized('The user name or the password is wrong.');
}

function setupRoutes(ports: AppPorts, { sessions, refusals }: Doors): FastifyPluginAsyncTypebox {
  const { admin, clock, randomBytes, setupToken } = ports;
  return async (app) => {
    app.post(
      '/setup',
      {
        schema: {
          tags: ['access'],
          operationId: 'setUp',
          summary: 'Make the first admin with the link that the server printed, once',
          body: setupBody,
          response: { 201: session, ...problems(400, 401, 413, 415, 503) },
        },
      },
      async (request, reply) => {
        checkSameSite(request);
        checkConfidential(request);
        const { setupToken: given, userName, password } = request.body;
        const isRight = setupToken !== null && timingSafeEqual(sha256(given), sha256(setupToken));
        if (!isRight) {
          await refusals.record('set-up link', request.ip);
          throw unauthorized('The set-up link is not, or no longer, good.');
        }
        const now = clock.now();
        const passwordHash = await hashPassword(password, randomBytes);
        const user = {
          name: userName,
          role: 'admin',
          passwordHash,
          disabled: false,
          createdAt: now,
          updatedAt: now,
        } as const;
        const by: Actor = { kind: 'user', id: userName, address: request.ip };
        const isFirst = await admin.createFirstUser(user, by);
        if (!isFirst) throw unauthorized('There is a user already: the set-up link is no longer good.');
        return enter(sessions, request, reply, await sessions.openForUser(user, by));
      },
    );
  };
}

function ownSessionRoutes({ sessions }: Pick<Doors, 'sessions'>): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/session',
      {
        schema: {
          tags: ['access'],
          operationId: 'getSession',
          summary: 'Who has signed in',
          response: { 200: session, ...problems(401, 503) },
        },
      },
      async ({ principal }) => showSession(principal),
    );

    app.delete(
      '/session',
      {
        schema: {
          tags: ['access'],
          operationId: 'signOut',
          summary: 'Sign out',
          response: { 204: Type.Null({ description: 'The session is over.' }), ...problems(401, 503) },
        },
      },
      async (request, reply) => {
        await sessions.end(request.principal, request.actor);
        clearSessionCookie(request, reply);
        return reply.code(204).send(null);
      },
    );
  };
}

/** The session that the browser had before ends: without its cookie nobody could sign out of it any more. */
async function enter(
  sessions: SessionDoor,
  request: FastifyRequest,
  reply: FastifyReply,
  { sessionId, principal }: OpenedSession,
) {
  const before = findSessionId(request);
  if (before !== undefined) await sessions.endById(before, actorOf(principal, request.ip));
  setSessionCookie(request, reply, sessionId);
  return reply.code(201).send(showSession(principal));
}
