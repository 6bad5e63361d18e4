import type { StoreAccess } from '../../store-access.ts';
import { createApiKeys } from './api-keys.ts';
import { type AuditLog, auditEnds, listAudit, readAudit } from './audit-log.ts';
import type { StoreContext } from './context.ts';
import { createPortalLinks } from './portal-links.ts';
import { createSessions } from './sessions.ts';
import { createUsers } from './users.ts';

/** Who may come in, and what they did. Each edit, with its row of the audit log, is one transaction. */
export function createAccess(
  context: Pick<StoreContext, 'database' | 'givenNow'>,
  audit: AuditLog,
): StoreAccess {
  const { database } = context;
  return {
    ...createApiKeys(context, audit),
    ...createUsers(context, audit),
    ...createSessions(context, audit),
    ...createPortalLinks(context, audit),
    recordAudit: (draft) => database.transaction((session) => audit.append(session, draft)),
    listAudit: (filter, page) => listAudit(database, filter, page),
    auditEnds: () => auditEnds(database),
    readAudit: (afterSequence, limit) => readAudit(database, afterSequence, limit),
  };
}
