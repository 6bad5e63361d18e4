import type { ApiKey } from '../../api-key.ts';
import type { Actor } from '../../audit.ts';
import type { StoreAccess } from '../../store-access.ts';
import { type ApiKeyRow, apiKeyOf, apiKeyValues } from '../access-row.ts';
import { apiKeyView } from '../audit-view.ts';
import type { AuditLog } from './audit-log.ts';
import type { StoreContext } from './context.ts';
import { endpointSql } from './endpoint-book.ts';
import type { Session } from './transaction.ts';

const apiKeysSql = {
  put: `insert into doorbell.api_key (id, name, hash, scopes, created_at, last_used_at, revoked_at)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (id) do update set name = excluded.name, hash = excluded.hash, scopes = excluded.scopes,
      created_at = excluded.created_at, last_used_at = excluded.last_used_at, revoked_at = excluded.revoked_at`,
  find: 'select * from doorbell.api_key where id = $1',
  lock: 'select * from doorbell.api_key where id = $1 for update',
  list: 'select * from doorbell.api_key order by created_at, id',
  revoke: 'update doorbell.api_key set revoked_at = $2 where id = $1',
  touch: `update doorbell.api_key set last_used_at = $2
    where id = $1 and (last_used_at is null or last_used_at < $2)`,
} as const;

export type ApiKeys = Pick<
  StoreAccess,
  'putApiKey' | 'findApiKey' | 'listApiKeys' | 'revokeApiKey' | 'touchApiKey'
>;

export function createApiKeys(
  { database, givenNow }: Pick<StoreContext, 'database' | 'givenNow'>,
  audit: AuditLog,
): ApiKeys {
  async function find(session: Session, keyId: string, sql: string): Promise<ApiKey | undefined> {
    const [row] = await session.rows<ApiKeyRow>(sql, keyId);
    return row === undefined ? undefined : apiKeyOf(row);
  }

  async function revoke(session: Session, keyId: string, by: Actor | undefined): Promise<ApiKey | undefined> {
    const key = await find(session, keyId, apiKeysSql.lock);
    if (key === undefined || key.revokedAt !== null) return key;
    const [clock] = await session.rows<{ now: number }>(endpointSql.now, givenNow());
    const revoked = { ...key, revokedAt: clock?.now ?? null };
    await session.rows(apiKeysSql.revoke, keyId, revoked.revokedAt);
    await audit.record(session, by, 'api-key.revoke', keyId, apiKeyView(key), apiKeyView(revoked));
    return revoked;
  }

  return {
    putApiKey: (key, by) =>
      database.transaction(async (session) => {
        const before = await find(session, key.id, apiKeysSql.lock);
        await session.rows(apiKeysSql.put, ...apiKeyValues(key));
        await audit.record(session, by, 'api-key.create', key.id, apiKeyView(before), apiKeyView(key));
      }),
    findApiKey: (keyId) => find(database, keyId, apiKeysSql.find),
    listApiKeys: async () => (await database.rows<ApiKeyRow>(apiKeysSql.list)).map(apiKeyOf),
    revokeApiKey: (keyId, by) => database.transaction((session) => revoke(session, keyId, by)),
    touchApiKey: async (keyId, usedAt) => {
      await database.rows(apiKeysSql.touch, keyId, usedAt);
    },
  };
}
