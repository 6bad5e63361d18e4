import type { EpochMs } from './ports.ts';

/** A browser that has signed in. Its id is known to the browser only. */
export interface Session {
  /** Lowercase hex SHA-256 of the session id. */
  readonly hash: string;
  /** The user, or null for the session of a customer's link. */
  readonly userName: string | null;
  readonly portalLinkId: string | null;
  readonly createdAt: EpochMs;
  /** Of the last request or up to a minute before it. */
  readonly lastSeenAt: EpochMs;
  /** However busy it is, it ends then. */
  readonly expiresAt: EpochMs;
}

/** A link that lets a customer see its own endpoints, and nothing of anybody else. */
export interface PortalLink {
  readonly id: string;
  readonly customerId: string;
  /** Lowercase hex SHA-256 of the whole token. */
  readonly hash: string;
  readonly createdAt: EpochMs;
  readonly expiresAt: EpochMs;
  readonly revokedAt: EpochMs | null;
}
