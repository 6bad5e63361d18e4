import { randomBytes } from 'node:crypto';
import type { Scope, UserRole } from '@doorbell/engine';
import { expect, test } from 'vitest';
import { mintApiKey } from '../src/auth.ts';
import { accessOf, routeAccess } from '../src/route-access.ts';
import { openBrowserAs, openBrowserOfCustomer } from './browser.ts';
import { addCustomer, startApp, type TestApp } from './start-app.ts';

/** Every route of the table, with ids that nothing has. */
const routes = Object.entries(routeAccess).map(([name, access]) => {
  const [method = '', url = ''] = name.split(' ');
  // A stream does not end, unless its query is refused.
  const query = url === '/v1/tail' ? '?outcome=nothing' : '';
  return { name, method, path: url.replaceAll(/:\w+/g, 'n1-1') + query, ...access };
});

async function keyOf(app: TestApp, scopes: readonly Scope[]): Promise<{ authorization: string }> {
  const { key, record } = mintApiKey({ name: '', scopes }, 0, randomBytes);
  await app.store.putApiKey(record);
  return { authorization: `Bearer ${key}` };
}

const isRefused = ({ status }: { status: number }) => status === 403;

test('every route of the document is in the table, and every route of the table in the document', async () => {
  const app = await startApp();
  const { json } = await app.call('GET', '/openapi.json');
  const documented = Object.entries<object>(json.paths)
    .filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
  const listed = Object.keys(routeAccess).map((name) => name.replaceAll(/:(\w+)/g, '{$1}'));
  expect(documented.toSorted()).toEqual(listed.toSorted());
});

test('a route that the table does not have keeps the server from starting', () => {
  expect(() => accessOf('GET', '/v1/secrets')).toThrow(
    'Say in route-access.ts who may call GET /v1/secrets.',
  );
  expect(accessOf('HEAD', '/v1/customers')).toBe(routeAccess['GET /v1/customers']);
});

test('without credentials every route is answered 401, but for those where one signs in', async () => {
  const app = await startApp();
  for (const { name, method, path, scope } of routes) {
    const { status } = await app.call(method, path, undefined, { authorization: '' });
    expect([name, status === 401]).toEqual([name, scope !== 'anyone']);
  }
});

const scopesThatOpen: Readonly<Record<string, readonly string[]>> = {
  append: ['append'],
  read: ['read'],
  operate: ['read', 'operate'],
  admin: ['append', 'read', 'operate', 'admin'],
};

test.each(Object.entries(scopesThatOpen))(
  'a key of the scope %s opens what that implies and nothing else',
  async (scope, opens) => {
    const app = await startApp();
    const headers = await keyOf(app, [scope as Scope]);
    for (const route of routes.filter((each) => each.scope !== 'anyone')) {
      const answer = await app.call(route.method, route.path, undefined, headers);
      expect([route.name, isRefused(answer)]).toEqual([route.name, !opens.includes(route.scope)]);
    }
  },
);

const rolesThatOpen: Readonly<Record<UserRole, readonly string[]>> = {
  viewer: ['read', 'session'],
  operator: ['read', 'operate', 'session'],
  admin: ['append', 'read', 'operate', 'admin', 'session'],
};

test.each(Object.entries(rolesThatOpen))('the role %s may do what it says', async (role, opens) => {
  const app = await startApp();
  const browser = await openBrowserAs(app, role as UserRole);
  // Signing out comes last, because nothing is open after it.
  for (const route of routes.filter(({ scope, method }) => scope !== 'anyone' && method !== 'DELETE')) {
    const answer = await browser.call(route.method, route.path, route.method === 'GET' ? undefined : {});
    expect([route.name, isRefused(answer)]).toEqual([route.name, !opens.includes(route.scope)]);
  }
  expect((await browser.call('DELETE', '/v1/session')).status).toBe(204);
});

test("a customer's session opens the routes that the table gives it, and is refused at all others", async () => {
  const app = await startApp();
  await addCustomer(app);
  const browser = await openBrowserOfCustomer(app, 'acme');
  for (const route of routes.filter(
    ({ scope, name }) => scope !== 'anyone' && name !== 'DELETE /v1/session',
  )) {
    const answer = await browser.call(route.method, route.path, route.method === 'GET' ? undefined : {});
    expect([route.name, isRefused(answer)]).toEqual([route.name, !route.customers]);
  }
});

test('a customer may call nothing that is for admins or puts changes in', () => {
  const open = routes.filter(
    ({ customers, scope }) => customers && (scope === 'admin' || scope === 'append'),
  );
  expect(open).toEqual([]);
});
