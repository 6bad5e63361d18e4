import type { Alert } from '../alert.ts';
import type { AlertChannel } from '../alert-channel.ts';
import type { ApiKey } from '../api-key.ts';
import type { Json } from '../audit.ts';
import type { Customer } from '../customer.ts';
import type { Endpoint } from '../endpoint.ts';
import type { PortalLink } from '../session.ts';
import type { User } from '../user.ts';

// What the audit log shows of a row: never a secret, nor anything that one could be tried against.

export function customerView(customer: Customer | undefined): Json {
  return customer === undefined ? null : { ...customer };
}

/** Of the keys it says only whether there is one, and whether it differs from the one before. */
export function endpointView(endpoint: Endpoint | undefined, before?: Endpoint): Json {
  if (endpoint === undefined) return null;
  const { breaker: _breaker, heldMs: _heldMs, pause, ...rest } = endpoint;
  const shown = Object.entries(rest).filter(([name]) => name !== 'heldSince');
  return {
    ...(Object.fromEntries(shown) as Readonly<Record<string, Json>>),
    signKey: masked(endpoint.signKey, before?.signKey),
    previousSignKey: masked(endpoint.previousSignKey, before?.previousSignKey),
    webhookSecret: masked(endpoint.webhookSecret, before?.webhookSecret),
    pause: pause === null ? null : { ...pause },
  };
}

function masked(secret: string | null, before: string | null | undefined): Json {
  if (secret === null) return null;
  return before === undefined || before === secret ? '[secret]' : '[another secret]';
}

export function apiKeyView(key: ApiKey | undefined): Json {
  if (key === undefined) return null;
  const { id, name, scopes, createdAt, revokedAt } = key;
  return { id, name, scopes, createdAt, revokedAt };
}

export function userView(user: User | undefined, before?: User): Json {
  if (user === undefined) return null;
  const { name, role, disabled, createdAt } = user;
  return { name, role, disabled, createdAt, password: masked(user.passwordHash, before?.passwordHash) };
}

export function portalLinkView(link: PortalLink | undefined): Json {
  if (link === undefined) return null;
  const { id, customerId, createdAt, expiresAt, revokedAt } = link;
  return { id, customerId, createdAt, expiresAt, revokedAt };
}

export function alertView(alert: Alert): Json {
  const { kind, endpointId, customerId, raisedAt, clearedAt, acknowledgedAt, acknowledgedBy } = alert;
  return { kind, endpointId, customerId, raisedAt, clearedAt, acknowledgedAt, acknowledgedBy };
}

/** A robot's URL is a secret as well: whoever knows it may write to the group. */
export function alertChannelView(channel: AlertChannel | undefined, before?: AlertChannel): Json {
  if (channel === undefined) return null;
  const { id, kind, url, secret, wants, language, enabled } = channel;
  const secrets = { url: masked(url, before?.url), secret: masked(secret, before?.secret) };
  return { id, kind, ...secrets, wants, language, enabled };
}
