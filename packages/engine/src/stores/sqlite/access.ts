import type { EpochMs } from '../../ports.ts';
import type { StoreAccess } from '../../store-access.ts';
import { createApiKeys } from './api-keys.ts';
import type { AuditLog } from './audit-log.ts';
import type { Connection } from './connection.ts';
import { createPortalLinks } from './portal-links.ts';
import { createSessions } from './sessions.ts';
import { createUsers } from './users.ts';

/** Who may come in, and what they did. `write` runs each edit, with its row of the audit log, in one transaction. */
export function createAccess(
  connection: Connection,
  audit: AuditLog,
  now: () => EpochMs,
  write: <T>(run: () => T) => Promise<T>,
): StoreAccess {
  const keys = createApiKeys(connection, audit, now);
  const users = createUsers(connection, audit, now);
  const sessions = createSessions(connection, audit);
  const links = createPortalLinks(connection, audit, now);
  return {
    putApiKey: (key, by) => write(() => keys.put(key, by)),
    findApiKey: async (keyId) => keys.find(keyId),
    listApiKeys: async () => keys.list(),
    revokeApiKey: (keyId, by) => write(() => keys.revoke(keyId, by)),
    touchApiKey: (keyId, usedAt) => write(() => keys.touch(keyId, usedAt)),

    createUser: (user, by) => write(() => users.create(user, by)),
    createFirstUser: (user, by) => write(() => users.createFirst(user, by)),
    findUser: async (name) => users.find(name),
    listUsers: async () => users.list(),
    editUser: (name, edit, by) => write(() => users.edit(name, edit, by)),

    createSession: (session, by) => write(() => sessions.create(session, by)),
    findSession: async (hash) => sessions.find(hash),
    touchSession: (hash, seenAt) => write(() => sessions.touch(hash, seenAt)),
    endSession: (hash, by) => write(() => sessions.end(hash, by)),

    createPortalLink: (link, by) => write(() => links.create(link, by)),
    findPortalLink: async (linkId) => links.find(linkId),
    listPortalLinks: async (customerId) => links.list(customerId),
    revokePortalLink: (linkId, by) => write(() => links.revoke(linkId, by)),

    recordAudit: (draft) => write(() => audit.append(draft)),
    listAudit: async (filter, page) => audit.list(filter, page),
    auditEnds: async () => audit.ends(),
    readAudit: async (afterSequence, limit) => audit.read(afterSequence, limit),
  };
}
