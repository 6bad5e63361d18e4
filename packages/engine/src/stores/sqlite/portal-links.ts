import type { Actor } from '../../audit.ts';
import { UnknownCustomer } from '../../endpoint.ts';
import type { EpochMs } from '../../ports.ts';
import type { PortalLink } from '../../session.ts';
import { type PortalLinkRow, portalLinkOf } from '../access-row.ts';
import { portalLinkView } from '../audit-view.ts';
import type { AuditLog } from './audit-log.ts';
import type { Connection } from './connection.ts';

const portalLinksSql = {
  customer: 'select 1 from customer where id = ?',
  insert: 'insert into portal_link (id, customer_id, hash, created_at, expires_at) values (?, ?, ?, ?, ?)',
  find: 'select * from portal_link where id = ?',
  list: `select * from portal_link where ?1 is null or customer_id = ?1 order by created_at desc, id`,
  revoke: 'update portal_link set revoked_at = ?2 where id = ?1',
  endSessions: 'delete from session where portal_link_id = ?',
} as const;

export interface PortalLinks {
  /** Throws `UnknownCustomer`. */
  create(link: PortalLink, by: Actor | undefined): void;
  find(linkId: string): PortalLink | undefined;
  list(customerId: string | undefined): readonly PortalLink[];
  revoke(linkId: string, by: Actor | undefined): PortalLink | undefined;
}

export function createPortalLinks(connection: Connection, audit: AuditLog, now: () => EpochMs): PortalLinks {
  const customer = connection.prepare(portalLinksSql.customer);
  const insert = connection.prepare(portalLinksSql.insert);
  const findRow = connection.prepare<PortalLinkRow>(portalLinksSql.find);
  const list = connection.prepare<PortalLinkRow>(portalLinksSql.list);
  const revoke = connection.prepare(portalLinksSql.revoke);
  const endAll = connection.prepare(portalLinksSql.endSessions);

  function find(linkId: string): PortalLink | undefined {
    const row = findRow.get(linkId);
    return row === undefined ? undefined : portalLinkOf(row);
  }

  return {
    create(link, by) {
      if (customer.get(link.customerId) === undefined) throw new UnknownCustomer(link.customerId);
      insert.run(link.id, link.customerId, link.hash, link.createdAt, link.expiresAt);
      audit.record(by, 'portal-link.create', link.id, null, portalLinkView(link));
    },
    find,
    list: (customerId) => list.all(customerId ?? null).map(portalLinkOf),
    revoke(linkId, by) {
      const link = find(linkId);
      if (link === undefined || link.revokedAt !== null) return link;
      const revoked = { ...link, revokedAt: now() };
      revoke.run(linkId, revoked.revokedAt);
      endAll.run(linkId);
      audit.record(by, 'portal-link.revoke', linkId, portalLinkView(link), portalLinkView(revoked));
      return revoked;
    },
  };
}
