import type { ApiKey } from './api-key.ts';
import type { Actor, AuditDraft, AuditEntry, AuditFilter, AuditSource } from './audit.ts';
import type { Page, PageRequest } from './notification.ts';
import type { EpochMs } from './ports.ts';
import type { PortalLink, Session } from './session.ts';
import type { User, UserEdit } from './user.ts';

/**
 * Who may come in, and what they did. An edit that is given `by` writes its row of the audit log in the same
 * transaction, with what was before and after and without any secret.
 */
export interface StoreAccess extends AuditSource {
  putApiKey(key: ApiKey, by?: Actor): Promise<void>;
  findApiKey(keyId: string): Promise<ApiKey | undefined>;
  /** Oldest first, with the revoked ones. */
  listApiKeys(): Promise<readonly ApiKey[]>;
  /** A revoked key keeps its first time. */
  revokeApiKey(keyId: string, by?: Actor): Promise<ApiKey | undefined>;
  /** Notes the use, unless a later one is noted. */
  touchApiKey(keyId: string, usedAt: EpochMs): Promise<void>;

  /** Throws `UserExists`. */
  createUser(user: User, by?: Actor): Promise<void>;
  /** Creates the user only if there is none at all; returns whether it did. */
  createFirstUser(user: User, by?: Actor): Promise<boolean>;
  findUser(name: string): Promise<User | undefined>;
  /** In the order of their names. */
  listUsers(): Promise<readonly User[]>;
  /** Throws `LastAdmin`. */
  editUser(name: string, edit: UserEdit, by?: Actor): Promise<User | undefined>;

  /** Also forgets the sessions that are over. */
  createSession(session: Session, by?: Actor): Promise<void>;
  findSession(hash: string): Promise<Session | undefined>;
  touchSession(hash: string, seenAt: EpochMs): Promise<void>;
  endSession(hash: string, by?: Actor): Promise<void>;

  /** Throws `UnknownCustomer`. */
  createPortalLink(link: PortalLink, by?: Actor): Promise<void>;
  findPortalLink(linkId: string): Promise<PortalLink | undefined>;
  /** Newest first. */
  listPortalLinks(customerId?: string): Promise<readonly PortalLink[]>;
  /** Ends the link's sessions as well. A revoked link keeps its first time. */
  revokePortalLink(linkId: string, by?: Actor): Promise<PortalLink | undefined>;

  /** For what changes no row, or many in transactions of their own: recorded by itself, before it is done. */
  recordAudit(draft: AuditDraft): Promise<void>;
  /** Newest first. */
  listAudit(filter: AuditFilter, page: PageRequest): Promise<Page<AuditEntry>>;
}
