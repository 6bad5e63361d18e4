import type { ApiKey, Scope } from '../api-key.ts';
import { type Actor, type AuditEntry, canonicalJson, type Json } from '../audit.ts';
import { InvalidCursor } from '../notification.ts';
import type { PortalLink, Session } from '../session.ts';
import type { User, UserRole } from '../user.ts';

// Rows of who may come in and what they did, alike in both databases but for how each writes true.

export interface ApiKeyRow {
  readonly id: string;
  readonly name: string;
  readonly hash: string;
  /** Separated by spaces. */
  readonly scopes: string;
  readonly created_at: number;
  readonly last_used_at: number | null;
  readonly revoked_at: number | null;
}

export function apiKeyOf(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    hash: row.hash,
    scopes: row.scopes.split(' ').filter((scope) => scope !== '') as Scope[],
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  };
}

export function apiKeyValues(key: ApiKey): (string | number | null)[] {
  return [key.id, key.name, key.hash, key.scopes.join(' '), key.createdAt, key.lastUsedAt, key.revokedAt];
}

export interface UserRow {
  readonly name: string;
  readonly role: UserRole;
  readonly password_hash: string;
  readonly disabled: boolean | 0 | 1;
  readonly created_at: number;
  readonly updated_at: number;
}

export function userOf(row: UserRow): User {
  return {
    name: row.name,
    role: row.role,
    passwordHash: row.password_hash,
    disabled: Boolean(row.disabled),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export interface SessionRow {
  readonly hash: string;
  readonly user_name: string | null;
  readonly portal_link_id: string | null;
  readonly created_at: number;
  readonly last_seen_at: number;
  readonly expires_at: number;
}

export function sessionOf(row: SessionRow): Session {
  return {
    hash: row.hash,
    userName: row.user_name,
    portalLinkId: row.portal_link_id,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
  };
}

export function sessionValues(session: Session): (string | number | null)[] {
  const { hash, userName, portalLinkId, createdAt, lastSeenAt, expiresAt } = session;
  return [hash, userName, portalLinkId, createdAt, lastSeenAt, expiresAt];
}

export interface PortalLinkRow {
  readonly id: string;
  readonly customer_id: string;
  readonly hash: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly revoked_at: number | null;
}

export function portalLinkOf(row: PortalLinkRow): PortalLink {
  return {
    id: row.id,
    customerId: row.customer_id,
    hash: row.hash,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  };
}

export interface AuditRow {
  readonly seq: number;
  readonly at: number;
  readonly actor_kind: Actor['kind'];
  readonly actor_id: string;
  readonly address: string | null;
  readonly action: string;
  readonly target: string;
  /** Canonical JSON, as the hash was made of it. */
  readonly before: string;
  readonly after: string;
  readonly previous_hash: string;
  readonly hash: string;
}

export const auditColumns =
  'seq, at, actor_kind, actor_id, address, action, target, before, after, previous_hash, hash';

export function auditEntryOf(row: AuditRow): AuditEntry {
  return {
    sequence: row.seq,
    at: row.at,
    actor: { kind: row.actor_kind, id: row.actor_id, address: row.address },
    action: row.action,
    target: row.target,
    before: jsonOf(row.before),
    after: jsonOf(row.after),
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}

/** What was written over with something else is no JSON any more: then the text itself, which the hash will not fit. */
function jsonOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

export function auditValues(entry: AuditEntry): (string | number | null)[] {
  const { kind, id, address } = entry.actor;
  return [
    entry.sequence,
    entry.at,
    kind,
    id,
    address,
    entry.action,
    entry.target,
    canonicalJson(entry.before),
    canonicalJson(entry.after),
    entry.previousHash,
    entry.hash,
  ];
}

/** Of a page of the log: below which sequence it begins. Throws `InvalidCursor`. */
export function auditCursor(cursor: string | undefined): number {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER;
  if (!/^\d{1,15}$/.test(cursor)) throw new InvalidCursor();
  return Number(cursor);
}
