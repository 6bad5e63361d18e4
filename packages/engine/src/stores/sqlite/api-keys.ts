import type { ApiKey } from '../../api-key.ts';
import type { Connection } from './connection.ts';

export const apiKeysSql = {
  put: `insert into api_key (id, name, hash, created_at) values (?, ?, ?, ?)
    on conflict (id) do update set name = excluded.name, hash = excluded.hash, created_at = excluded.created_at`,
  find: 'select * from api_key where id = ?',
  list: 'select * from api_key order by created_at, id',
} as const;

interface ApiKeyRow {
  readonly id: string;
  readonly name: string;
  readonly hash: string;
  readonly created_at: number;
}

export interface ApiKeys {
  put(key: ApiKey): void;
  find(keyId: string): ApiKey | undefined;
  list(): readonly ApiKey[];
}

/** Always read from the database: another process may have added one. */
export function createApiKeys(connection: Connection): ApiKeys {
  const put = connection.prepare(apiKeysSql.put);
  const find = connection.prepare<ApiKeyRow>(apiKeysSql.find);
  const list = connection.prepare<ApiKeyRow>(apiKeysSql.list);
  return {
    put: (key) => {
      put.run(key.id, key.name, key.hash, key.createdAt);
    },
    find: (keyId) => {
      const row = find.get(keyId);
      return row === undefined ? undefined : apiKeyOf(row);
    },
    list: () => list.all().map(apiKeyOf),
  };
}

function apiKeyOf(row: ApiKeyRow): ApiKey {
  return { id: row.id, name: row.name, hash: row.hash, createdAt: row.created_at };
}
