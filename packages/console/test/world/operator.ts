import type { BrowserContextOptions } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { type Visit, type Visitor, visit } from './browser.ts';
import type { Stage } from './describe-in-browser.ts';
import { admin } from './world.ts';

const sessions = new WeakMap<Stage, Promise<BrowserContextOptions['storageState']>>();

/** The administrator before a page, signed in already; goes away when the test ends. */
export async function signIn(stage: Stage, path = '/', as: Visit = {}): Promise<Visitor> {
  const { browser, world } = stage;
  const session = sessions.get(stage) ?? openSession(stage);
  sessions.set(stage, session);
  const visitor = await visit(browser, world.url, { ...as, session: await session });
  onTestFinished(() => visitor.close());
  await visitor.open(path);
  await visitor.page.locator('#content').waitFor();
  return visitor;
}

export async function fillIn({ page }: Visitor, userName: string, password: string): Promise<void> {
  await page.locator('input[autocomplete=username]').fill(userName);
  await page.locator('input[type=password]').fill(password);
  await page.locator('button[type=submit]').click();
}

/** Once for a suite, by the form: a password costs the server half a second on purpose. */
async function openSession({ browser, world }: Stage): Promise<BrowserContextOptions['storageState']> {
  const visitor = await visit(browser, world.url);
  await visitor.open('/');
  await fillIn(visitor, admin.userName, admin.password);
  await visitor.page.locator('#content').waitFor();
  const session = await visitor.page.context().storageState();
  await visitor.close();
  // The language and the theme are the visitor's own.
  return { ...session, origins: [] };
}
