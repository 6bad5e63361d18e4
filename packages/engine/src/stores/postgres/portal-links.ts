import type { Actor } from '../../audit.ts';
import { UnknownCustomer } from '../../endpoint.ts';
import type { PortalLink } from '../../session.ts';
import type { StoreAccess } from '../../store-access.ts';
import { type PortalLinkRow, portalLinkOf } from '../access-row.ts';
import { portalLinkView } from '../audit-view.ts';
import type { AuditLog } from './audit-log.ts';
import type { StoreContext } from './context.ts';
import { customerSql } from './customer-book.ts';
import { endpointSql } from './endpoint-book.ts';
import type { Session } from './transaction.ts';

const portalLinksSql = {
  insert: `insert into doorbell.portal_link (id, customer_id, hash, created_at, expires_at)
    values ($1, $2, $3, $4, $5)`,
  find: 'select * from doorbell.portal_link where id = $1',
  lock: 'select * from doorbell.portal_link where id = $1 for update',
  list: `select * from doorbell.portal_link where $1::text is null or customer_id = $1
    order by created_at desc, id`,
  revoke: 'update doorbell.portal_link set revoked_at = $2 where id = $1',
  endSessions: 'delete from doorbell.session where portal_link_id = $1',
} as const;

export type PortalLinks = Pick<
  StoreAccess,
  'createPortalLink' | 'findPortalLink' | 'listPortalLinks' | 'revokePortalLink'
>;

export function createPortalLinks(
  { database, givenNow }: Pick<StoreContext, 'database' | 'givenNow'>,
  audit: AuditLog,
): PortalLinks {
  async function find(session: Session, linkId: string, sql: string): Promise<PortalLink | undefined> {
    const [row] = await session.rows<PortalLinkRow>(sql, linkId);
    return row === undefined ? undefined : portalLinkOf(row);
  }

  async function revoke(session: Session, linkId: string, by: Actor | undefined) {
    const link = await find(session, linkId, portalLinksSql.lock);
    if (link === undefined || link.revokedAt !== null) return link;
    const [clock] = await session.rows<{ now: number }>(endpointSql.now, givenNow());
    const revoked = { ...link, revokedAt: clock?.now ?? link.createdAt };
    await session.rows(portalLinksSql.revoke, linkId, revoked.revokedAt);
    await session.rows(portalLinksSql.endSessions, linkId);
    await audit.record(
      session,
      by,
      'portal-link.revoke',
      linkId,
      portalLinkView(link),
      portalLinkView(revoked),
    );
    return revoked;
  }

  return {
    createPortalLink: (link, by) =>
      database.transaction(async (session) => {
        const customers = await session.rows(customerSql.find, link.customerId);
        if (customers.length === 0) throw new UnknownCustomer(link.customerId);
        const { id, customerId, hash, createdAt, expiresAt } = link;
        await session.rows(portalLinksSql.insert, id, customerId, hash, createdAt, expiresAt);
        await audit.record(session, by, 'portal-link.create', id, null, portalLinkView(link));
      }),
    findPortalLink: (linkId) => find(database, linkId, portalLinksSql.find),
    listPortalLinks: async (customerId) => {
      const rows = await database.rows<PortalLinkRow>(portalLinksSql.list, customerId ?? null);
      return rows.map(portalLinkOf);
    },
    revokePortalLink: (linkId, by) => database.transaction((session) => revoke(session, linkId, by)),
  };
}
