import { openSession, type User } from '../api/session.ts';
import { goTo } from './place.ts';

/** Throws `ApiProblem` for a link that is no longer good; who had signed in stays so. */
export async function enterByLink(linkToken: string): Promise<User> {
  const user = await openSession({ linkToken });
  leaveLink();
  goTo('/endpoints');
  return user;
}

/** The token is not to stay in the address bar, nor in the history. */
export function leaveLink(): void {
  window.history.replaceState(null, '', '/');
}
