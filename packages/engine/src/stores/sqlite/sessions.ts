import type { Actor } from '../../audit.ts';
import type { EpochMs } from '../../ports.ts';
import type { Session } from '../../session.ts';
import { type SessionRow, sessionOf, sessionValues } from '../access-row.ts';
import type { AuditLog } from './audit-log.ts';
import type { Connection } from './connection.ts';

const sessionsSql = {
  forget: 'delete from session where expires_at <= ?',
  insert: `insert into session (hash, user_name, portal_link_id, created_at, last_seen_at, expires_at)
    values (?, ?, ?, ?, ?, ?)`,
  find: 'select * from session where hash = ?',
  touch: 'update session set last_seen_at = ?2 where hash = ?1 and last_seen_at < ?2',
  end: 'delete from session where hash = ?',
} as const;

export interface Sessions {
  create(session: Session, by: Actor | undefined): void;
  find(hash: string): Session | undefined;
  touch(hash: string, seenAt: EpochMs): void;
  end(hash: string, by: Actor | undefined): void;
}

export function createSessions(connection: Connection, audit: AuditLog): Sessions {
  const forget = connection.prepare(sessionsSql.forget);
  const insert = connection.prepare(sessionsSql.insert);
  const find = connection.prepare<SessionRow>(sessionsSql.find);
  const touch = connection.prepare(sessionsSql.touch);
  const end = connection.prepare(sessionsSql.end);
  return {
    create(session, by) {
      forget.run(session.createdAt);
      insert.run(...sessionValues(session));
      audit.record(by, 'session.create', session.userName ?? session.portalLinkId ?? '', null, null);
    },
    find(hash) {
      const row = find.get(hash);
      return row === undefined ? undefined : sessionOf(row);
    },
    touch: (hash, seenAt) => touch.run(hash, seenAt),
    end(hash, by) {
      if (end.change(hash) > 0) audit.record(by, 'session.end', by?.id ?? '', null, null);
    },
  };
}
