import { BlockList, isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { Problem } from './problem.ts';

/**
 * Throws unless the page that sent this is one of our own: browsers say so in Sec-Fetch-Site, which no page can set, or
 * else in Origin. Who is no browser uses an API key.
 */
export function checkSameSite({ headers, host }: FastifyRequest): void {
  const site = headers['sec-fetch-site'];
  const isOwn = site === undefined ? originHost(headers.origin) === host : site === 'same-origin';
  if (isOwn) return;
  throw new Problem('forbidden', 'A session is for pages of this server. Other callers use an API key.');
}

/** Throws when a password or a session would go over the network in clear. */
export function checkConfidential({ protocol, hostname }: FastifyRequest): void {
  if (protocol === 'https' || isLoopbackName(hostname)) return;
  throw new Problem(
    'insecure-transport',
    'Signing in needs https, or a loopback address. Put a proxy with TLS in front of Doorbell that sets X-Forwarded-Proto.',
  );
}

function originHost(origin: string | undefined): string | undefined {
  return origin !== undefined && URL.canParse(origin) ? new URL(origin).host : undefined;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

function isLoopbackName(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  const version = isIP(host);
  if (version === 0) return host === 'localhost' || host.endsWith('.localhost');
  return loopback.check(host, version === 4 ? 'ipv4' : 'ipv6');
}
