import type { FastifyReply, FastifyRequest } from 'fastify';

/** Over https. A browser takes a name with this prefix only with Secure, without a domain, and from the host itself. */
const secureName = '__Host-sid';
/** Over plain http, which only the loopback address may use: some browsers drop a Secure cookie there. */
const loopbackName = 'doorbell-sid';

const sessionIdFormat = /^[A-Za-z0-9_-]{43}$/;

/** The session id that the browser sent. Over https the loopback name counts for nothing: anyone could have set it. */
export function findSessionId({ headers: { cookie }, protocol }: FastifyRequest): string | undefined {
  if (cookie === undefined) return undefined;
  const name = protocol === 'https' ? secureName : loopbackName;
  for (const part of cookie.split(';')) {
    const [partName, value] = part.trim().split('=', 2);
    if (partName === name && value !== undefined && sessionIdFormat.test(value)) return value;
  }
  return undefined;
}

/** No lifetime: it ends with the browser, or when the server says so. */
export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, sessionId: string): void {
  reply.header('set-cookie', cookieText(request, sessionId));
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('set-cookie', `${cookieText(request, '')}; Max-Age=0`);
}

function cookieText({ protocol }: FastifyRequest, value: string): string {
  return protocol === 'https'
    ? `${secureName}=${value}; Path=/; HttpOnly; SameSite=Lax; Secure`
    : `${loopbackName}=${value}; Path=/; HttpOnly; SameSite=Lax`;
}
