import { randomBytes, scryptSync } from 'node:crypto';
import type { UserRole } from '@doorbell/engine';
import type { Answer, TestApp } from './start-app.ts';

export const password = 'correct horse battery staple';

/** A user who may sign in with `password`. Hashed cheaply, because the real cost is half a second each time. */
export async function addUser(app: TestApp, name: string, role: UserRole): Promise<void> {
  const salt = randomBytes(16);
  const hash = scryptSync(password, salt, 32, { N: 2 ** 10, r: 8, p: 1 });
  const passwordHash = `scrypt$10$${salt.toString('base64url')}$${hash.toString('base64url')}`;
  await app.store.createUser({ name, role, passwordHash, disabled: false, createdAt: 0, updatedAt: 0 });
}

/** What a page of the server sends with everything, and no API key. */
export const fromOwnPage = { authorization: '', 'sec-fetch-site': 'same-origin' };

/** A page of the server with the cookie and the token of its session. */
export interface Browser {
  readonly cookie: string;
  readonly csrfToken: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** Signs in with a body of `POST /v1/sessions`. */
export async function openBrowser(app: TestApp, body: object): Promise<Browser> {
  const answer = await app.call('POST', '/v1/sessions', body, fromOwnPage);
  if (answer.status !== 201) throw new Error(answer.text);
  const cookie = cookieOf(answer);
  const { csrfToken } = answer.json;
  return {
    cookie,
    csrfToken,
    call: (method, path, sent, headers) =>
      app.call(method, path, sent, { ...fromOwnPage, cookie, 'x-csrf-token': csrfToken, ...headers }),
  };
}

/** Adds the user and signs in. */
export async function openBrowserAs(app: TestApp, role: UserRole): Promise<Browser> {
  await addUser(app, role, role);
  return openBrowser(app, { userName: role, password });
}

/** Opens a link that an admin made for the customer. */
export async function openBrowserOfCustomer(app: TestApp, customerId: string): Promise<Browser> {
  const made = await app.call('POST', '/v1/portal-links', { customerId, expiresInMs: 3_600_000 });
  return openBrowser(app, { linkToken: String(made.json.url).split('#')[1] });
}

/** `name=value` of the cookie that an answer set. */
export function cookieOf({ headers }: Answer): string {
  return String(headers['set-cookie']).split(';')[0] ?? '';
}
