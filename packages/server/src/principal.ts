import type { Actor, Scope, User, UserRole } from '@doorbell/engine';

/** Who is asking, and what they may do. */
export interface Principal {
  readonly kind: 'key' | 'user' | 'customer';
  /** The key's id, the user's name or the link's id: what the audit log calls them by. */
  readonly id: string;
  readonly allows: ReadonlySet<Scope>;
  /** The only customer whose rows they see and touch; null for everybody's. */
  readonly customerId: string | null;
  /** Of a session: what the browser must send with whatever changes something. */
  readonly session?: {
    readonly hash: string;
    readonly csrfToken: string;
    readonly role: UserRole | 'customer';
  };
}

const implied: Readonly<Record<Scope, readonly Scope[]>> = {
  append: ['append'],
  read: ['read'],
  operate: ['operate', 'read'],
  admin: ['admin', 'operate', 'read', 'append'],
};

const scopesOfRole: Readonly<Record<UserRole | 'customer', readonly Scope[]>> = {
  admin: ['admin'],
  operator: ['operate'],
  viewer: ['read'],
  customer: ['operate'],
};

/** With what they imply: admin everything, operate also read. */
export function expandScopes(scopes: readonly Scope[]): ReadonlySet<Scope> {
  return new Set(scopes.flatMap((scope) => implied[scope]));
}

export function userPrincipal(user: User, hash: string, csrfToken: string): Principal {
  const { name, role } = user;
  return {
    kind: 'user',
    id: name,
    allows: expandScopes(scopesOfRole[role]),
    customerId: null,
    session: { hash, csrfToken, role },
  };
}

export function customerPrincipal(
  linkId: string,
  customerId: string,
  hash: string,
  csrfToken: string,
): Principal {
  return {
    kind: 'customer',
    id: linkId,
    allows: expandScopes(scopesOfRole.customer),
    customerId,
    session: { hash, csrfToken, role: 'customer' },
  };
}

/** As the audit log writes them down. */
export function actorOf({ kind, id }: Principal, address: string): Actor {
  return { kind, id, address };
}
