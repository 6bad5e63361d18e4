import { findSession, type User } from '../api/session.ts';
import { enterByLink } from './enter-by-link.ts';

/** Who is there, and what is to be shown to them. */
export type Standing =
  /** `isOver` when a session has ended by itself. */
  | { readonly is: 'out'; readonly isOver: boolean }
  | { readonly is: 'setting-up'; readonly setupToken: string }
  | { readonly is: 'invited'; readonly linkToken: string; readonly user: User }
  | { readonly is: 'in'; readonly user: User }
  | { readonly is: 'failed'; readonly error: unknown };

/** A customer's link and the set-up link carry their token behind the #, which no log and no other server sees. */
export async function findStanding(): Promise<Standing> {
  const { pathname, hash } = window.location;
  const token = hash.slice(1);
  if (pathname === '/portal' && token !== '') {
    // Never in the place of somebody who has signed in already, unless they say so: anybody can have them follow a link.
    const present = await findSession();
    if (present !== undefined) return { is: 'invited', linkToken: token, user: present };
    return { is: 'in', user: await enterByLink(token) };
  }
  if (pathname === '/setup' && token !== '') return { is: 'setting-up', setupToken: token };
  const user = await findSession();
  return user === undefined ? { is: 'out', isOver: false } : { is: 'in', user };
}
