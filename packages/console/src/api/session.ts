import type { Session } from '@doorbell/server/api';
import { createContext, useContext } from 'react';
import { ApiProblem } from './api-problem.ts';
import { callApi } from './call-api.ts';
import { credentials } from './credentials.ts';

export type User = Session['user'];

const otherTabs = new BroadcastChannel('doorbell.session');

/** What is shown or offered to some roles only; a customer has its own endpoints in its own hands. */
const rolesThatMay = {
  look: ['customer', 'viewer', 'operator', 'admin'],
  'see-all': ['viewer', 'operator', 'admin'],
  operate: ['customer', 'operator', 'admin'],
  administer: ['admin'],
} as const;

export type Deed = keyof typeof rolesThatMay;

export const UserContext = createContext<User | null>(null);

export function useUser(): User {
  const user = useContext(UserContext);
  if (user === null) throw new Error('Nobody has signed in.');
  return user;
}

/** Whether who has signed in may do that. The server decides; the console only hides what would fail. */
export function useMay(deed: Deed): boolean {
  return mayDo(useUser(), deed);
}

export function mayDo({ role }: User, deed: Deed): boolean {
  return rolesThatMay[deed].some((each) => each === role);
}

/** The session that the browser has a cookie of, if there is one. */
export async function findSession(): Promise<User | undefined> {
  try {
    return taken(await callApi<Session>('/session'));
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return undefined;
    throw error;
  }
}

export type Proof = { readonly userName: string; readonly password: string } | { readonly linkToken: string };

export async function openSession(proof: Proof): Promise<User> {
  const user = taken(await callApi<Session>('/sessions', { method: 'POST', body: proof }));
  otherTabs.postMessage('opened');
  return user;
}

/** Makes the first administrator, by the link that the server printed. */
export async function setUp(body: { setupToken: string; userName: string; password: string }): Promise<User> {
  return taken(await callApi<Session>('/setup', { method: 'POST', body }));
}

export async function closeSession(): Promise<void> {
  try {
    await callApi('/session', { method: 'DELETE' });
  } catch (error) {
    // It was over already, which is what was asked for.
    if (!(error instanceof ApiProblem && error.status === 401)) throw error;
  }
  credentials.forget('signed-out');
  otherTabs.postMessage('closed');
}

/** Calls with who is there now when somebody has signed in or out in another tab: the tabs share the cookie. */
export function onSessionElsewhere(listener: (user: User | undefined) => void): () => void {
  const ask = () => void findSession().then(listener, () => undefined);
  otherTabs.addEventListener('message', ask);
  return () => otherTabs.removeEventListener('message', ask);
}

function taken({ user, csrfToken }: Session): User {
  credentials.take(csrfToken);
  return user;
}
