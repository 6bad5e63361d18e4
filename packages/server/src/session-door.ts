import { timingSafeEqual } from 'node:crypto';
import type { Actor, Clock, EpochMs, Session, StoreAccess, User } from '@doorbell/engine';
import { sha256, unauthorized } from './auth.ts';
import { customerPrincipal, type Principal, userPrincipal } from './principal.ts';
import { Problem } from './problem.ts';

const idleMs = 30 * 60_000;
const absoluteMs = 12 * 3_600_000;
/** Requests within this time of a noted one are not noted. */
const seenNotedEveryMs = 60_000;

const linkFormat = /^dbl_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;

type SessionStore = Pick<
  StoreAccess,
  'createSession' | 'findSession' | 'touchSession' | 'endSession' | 'findUser' | 'findPortalLink'
>;

export interface OpenedSession {
  /** 256 bits, for the cookie; only its hash is stored. */
  readonly sessionId: string;
  readonly principal: Principal;
}

/** A new token of a customer's link: `dbl_<id>_<secret>`, shown once. */
export function mintLinkToken(randomBytes: (length: number) => Uint8Array) {
  const id = Buffer.from(randomBytes(6)).toString('hex');
  const token = `dbl_${id}_${Buffer.from(randomBytes(32)).toString('base64url')}`;
  return { id, token, hash: sha256(token).toString('hex') };
}

/** The public part of a token, whether or not there is such a link; undefined for what is no token. */
export function linkIdOf(token: string): string | undefined {
  return linkFormat.exec(token)?.[1];
}

/** Makes, finds and ends the sessions of browsers: 30 minutes idle at most, 12 hours in all. */
export class SessionDoor {
  readonly #store: SessionStore;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #randomBytes: (length: number) => Uint8Array;

  constructor(store: SessionStore, clock: Pick<Clock, 'now'>, randomBytes: (length: number) => Uint8Array) {
    this.#store = store;
    this.#clock = clock;
    this.#randomBytes = randomBytes;
  }

  /** The session's principal. Throws the 401 problem when the session, its user or its link is over. */
  async find(sessionId: string): Promise<Principal> {
    const hash = hashOf(sessionId);
    const session = await this.#store.findSession(hash);
    const now = this.#clock.now();
    if (session !== undefined && isAlive(session, now)) {
      const principal = await this.#principalOf(session, sessionId);
      if (principal !== undefined) {
        if (now - session.lastSeenAt >= seenNotedEveryMs) await this.#store.touchSession(hash, now);
        return principal;
      }
    }
    throw unauthorized('The session is over. Sign in again.');
  }

  /**
   * Always with a new id, so that one that was known before the sign-in is worth nothing after it. Throws the 401 problem
   * when the user has another password than the one that was checked, or may not sign in any more.
   */
  async openForUser({ name, passwordHash }: User, by: Actor): Promise<OpenedSession> {
    const opened = await this.#open({ userName: name, portalLinkId: null }, absoluteMs, by);
    // A new password ends the sessions that there are; this one may have come just after that.
    const user = await this.#store.findUser(name);
    if (user?.passwordHash === passwordHash) return opened;
    await this.end(opened.principal, by);
    throw unauthorized('The password has just been changed.');
  }

  /** Undefined for a link that is unknown, revoked or over. */
  async openForLink(token: string, address: string): Promise<OpenedSession | undefined> {
    const id = linkIdOf(token);
    const link = id === undefined ? undefined : await this.#store.findPortalLink(id);
    const leftMs = (link?.expiresAt ?? 0) - this.#clock.now();
    const fits = link !== undefined && timingSafeEqual(sha256(token), Buffer.from(link.hash, 'hex'));
    if (!fits || link.revokedAt !== null || leftMs <= 0) return undefined;
    const by: Actor = { kind: 'customer', id: link.id, address };
    return this.#open({ userName: null, portalLinkId: link.id }, Math.min(absoluteMs, leftMs), by);
  }

  async end(principal: Principal, by: Actor): Promise<void> {
    if (principal.session !== undefined) await this.#store.endSession(principal.session.hash, by);
  }

  async endById(sessionId: string, by: Actor): Promise<void> {
    await this.#store.endSession(hashOf(sessionId), by);
  }

  async #open(
    owner: Pick<Session, 'userName' | 'portalLinkId'>,
    lifeMs: number,
    by: Actor,
  ): Promise<OpenedSession> {
    const sessionId = Buffer.from(this.#randomBytes(32)).toString('base64url');
    const now = this.#clock.now();
    const session = {
      hash: hashOf(sessionId),
      ...owner,
      createdAt: now,
      lastSeenAt: now,
      expiresAt: now + lifeMs,
    };
    await this.#store.createSession(session, by);
    const principal = await this.#principalOf(session, sessionId);
    if (principal === undefined) throw unauthorized('The account has been closed.');
    return { sessionId, principal };
  }

  /** Reads user and link each time: a role that was taken away is gone at the next request. */
  async #principalOf(session: Session, sessionId: string): Promise<Principal | undefined> {
    const csrfToken = csrfTokenOf(sessionId);
    if (session.userName !== null) {
      const user = await this.#store.findUser(session.userName);
      const isOpen = user !== undefined && !user.disabled;
      return isOpen ? userPrincipal(user, session.hash, csrfToken) : undefined;
    }
    const link = await this.#store.findPortalLink(session.portalLinkId ?? '');
    const isOpen = link !== undefined && link.revokedAt === null && link.expiresAt > this.#clock.now();
    return isOpen ? customerPrincipal(link.id, link.customerId, session.hash, csrfToken) : undefined;
  }
}

/** Throws unless the page knows the token of its session, which it read from an answer that no other site can read. */
export function checkCsrfToken(given: string | readonly string[] | undefined, principal: Principal): void {
  const expected = Buffer.from(principal.session?.csrfToken ?? '');
  const found = Buffer.from(typeof given === 'string' ? given : '');
  if (expected.length > 0 && found.length === expected.length && timingSafeEqual(found, expected)) return;
  throw new Problem('forbidden', "Send the session's csrfToken as the header X-CSRF-Token.");
}

function isAlive({ lastSeenAt, expiresAt }: Session, now: EpochMs): boolean {
  return now < expiresAt && now - lastSeenAt < idleMs;
}

function hashOf(sessionId: string): string {
  return sha256(sessionId).toString('hex');
}

/** Bound to the session and of no use to find its id, so that it need not be stored. */
function csrfTokenOf(sessionId: string): string {
  return sha256(`csrf ${sessionId}`).toString('base64url');
}
