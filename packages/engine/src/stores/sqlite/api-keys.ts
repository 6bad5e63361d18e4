import type { ApiKey } from '../../api-key.ts';
import type { Actor } from '../../audit.ts';
import type { EpochMs } from '../../ports.ts';
import { type ApiKeyRow, apiKeyOf, apiKeyValues } from '../access-row.ts';
import { apiKeyView } from '../audit-view.ts';
import type { AuditLog } from './audit-log.ts';
import type { Connection } from './connection.ts';

export const apiKeysSql = {
  put: `insert into api_key (id, name, hash, scopes, created_at, last_used_at, revoked_at) values (?, ?, ?, ?, ?, ?, ?)
    on conflict (id) do update set name = excluded.name, hash = excluded.hash, scopes = excluded.scopes,
      created_at = excluded.created_at, last_used_at = excluded.last_used_at, revoked_at = excluded.revoked_at`,
  find: 'select * from api_key where id = ?',
  list: 'select * from api_key order by created_at, id',
  touch: 'update api_key set last_used_at = ?2 where id = ?1 and (last_used_at is null or last_used_at < ?2)',
} as const;

export interface ApiKeys {
  put(key: ApiKey, by: Actor | undefined): void;
  find(keyId: string): ApiKey | undefined;
  list(): readonly ApiKey[];
  revoke(keyId: string, by: Actor | undefined): ApiKey | undefined;
  touch(keyId: string, usedAt: EpochMs): void;
}

/** Always read from the database: another process may have added one. */
export function createApiKeys(connection: Connection, audit: AuditLog, now: () => EpochMs): ApiKeys {
  const put = connection.prepare(apiKeysSql.put);
  const findRow = connection.prepare<ApiKeyRow>(apiKeysSql.find);
  const list = connection.prepare<ApiKeyRow>(apiKeysSql.list);
  const touch = connection.prepare(apiKeysSql.touch);

  function find(keyId: string): ApiKey | undefined {
    const row = findRow.get(keyId);
    return row === undefined ? undefined : apiKeyOf(row);
  }

  return {
    put(key, by) {
      const before = find(key.id);
      put.run(...apiKeyValues(key));
      audit.record(by, 'api-key.create', key.id, apiKeyView(before), apiKeyView(key));
    },
    find,
    list: () => list.all().map(apiKeyOf),
    revoke(keyId, by) {
      const key = find(keyId);
      if (key === undefined || key.revokedAt !== null) return key;
      const revoked = { ...key, revokedAt: now() };
      put.run(...apiKeyValues(revoked));
      audit.record(by, 'api-key.revoke', keyId, apiKeyView(key), apiKeyView(revoked));
      return revoked;
    },
    touch: (keyId, usedAt) => touch.run(keyId, usedAt),
  };
}
