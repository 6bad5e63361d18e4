import type { StoreAccess } from '../../store-access.ts';
import { type SessionRow, sessionOf, sessionValues } from '../access-row.ts';
import type { AuditLog } from './audit-log.ts';
import type { StoreContext } from './context.ts';

const sessionsSql = {
  forget: 'delete from doorbell.session where expires_at <= $1',
  insert: `insert into doorbell.session (hash, user_name, portal_link_id, created_at, last_seen_at, expires_at)
    values ($1, $2, $3, $4, $5, $6)`,
  find: 'select * from doorbell.session where hash = $1',
  touch: 'update doorbell.session set last_seen_at = $2 where hash = $1 and last_seen_at < $2',
  end: 'delete from doorbell.session where hash = $1 returning hash',
} as const;

export type Sessions = Pick<StoreAccess, 'createSession' | 'findSession' | 'touchSession' | 'endSession'>;

export function createSessions({ database }: Pick<StoreContext, 'database'>, audit: AuditLog): Sessions {
  return {
    createSession: (made, by) =>
      database.transaction(async (session) => {
        await session.rows(sessionsSql.forget, made.createdAt);
        await session.rows(sessionsSql.insert, ...sessionValues(made));
        const target = made.userName ?? made.portalLinkId ?? '';
        await audit.record(session, by, 'session.create', target, null, null);
      }),
    async findSession(hash) {
      const [row] = await database.rows<SessionRow>(sessionsSql.find, hash);
      return row === undefined ? undefined : sessionOf(row);
    },
    touchSession: async (hash, seenAt) => {
      await database.rows(sessionsSql.touch, hash, seenAt);
    },
    endSession: (hash, by) =>
      database.transaction(async (session) => {
        const ended = await session.rows(sessionsSql.end, hash);
        if (ended.length > 0) await audit.record(session, by, 'session.end', by?.id ?? '', null, null);
      }),
  };
}
