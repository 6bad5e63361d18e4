import type { EpochMs } from './ports.ts';

/** A bearer key of the HTTP API; the key itself is never stored. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  /** Lowercase hex SHA-256 of the whole key. */
  readonly hash: string;
  readonly createdAt: EpochMs;
}
