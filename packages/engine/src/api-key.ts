import type { EpochMs } from './ports.ts';

/** What a caller may do: `append` records changes, `read` looks, `operate` pauses and resends, `admin` does everything. */
export const scopes = ['append', 'read', 'operate', 'admin'] as const;

export type Scope = (typeof scopes)[number];

/** A bearer key of the HTTP API; the key itself is never stored. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  /** Lowercase hex SHA-256 of the whole key. */
  readonly hash: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: EpochMs;
  /** Of the last use or up to a minute before it; null before the first. */
  readonly lastUsedAt: EpochMs | null;
  /** null: it is good. A revoked key stays on record. */
  readonly revokedAt: EpochMs | null;
}
