import type { ApiKey } from '../../api-key.ts';
import type { StoreAdmin } from '../../ports.ts';
import type { StoreContext } from './context.ts';

const apiKeysSql = {
  put: `insert into doorbell.api_key (id, name, hash, created_at) values ($1, $2, $3, $4)
    on conflict (id) do update set name = excluded.name, hash = excluded.hash, created_at = excluded.created_at`,
  find: 'select * from doorbell.api_key where id = $1',
  list: 'select * from doorbell.api_key order by created_at, id',
} as const;

interface ApiKeyRow {
  readonly id: string;
  readonly name: string;
  readonly hash: string;
  readonly created_at: number;
}

export type ApiKeys = Pick<StoreAdmin, 'putApiKey' | 'findApiKey' | 'listApiKeys'>;

export function createApiKeys({ database }: Pick<StoreContext, 'database'>): ApiKeys {
  return {
    async putApiKey(key) {
      await database.rows(apiKeysSql.put, key.id, key.name, key.hash, key.createdAt);
    },
    async findApiKey(keyId) {
      const [row] = await database.rows<ApiKeyRow>(apiKeysSql.find, keyId);
      return row === undefined ? undefined : apiKeyOf(row);
    },
    listApiKeys: async () => (await database.rows<ApiKeyRow>(apiKeysSql.list)).map(apiKeyOf),
  };
}

function apiKeyOf(row: ApiKeyRow): ApiKey {
  return { id: row.id, name: row.name, hash: row.hash, createdAt: row.created_at };
}
