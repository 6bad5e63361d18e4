import { onTestFinished } from 'vitest';
import { type Visit, type Visitor, visit } from './browser.ts';
import type { Stage } from './describe-in-browser.ts';
import { admin } from './world.ts';

/** Somebody who has signed in; goes away when the test ends. */
export async function signIn({ browser, world }: Stage, path = '/', as: Visit = {}): Promise<Visitor> {
  const visitor = await visit(browser, world.url, as);
  onTestFinished(() => visitor.close());
  await visitor.open(path);
  await fillIn(visitor, admin.userName, admin.password);
  await visitor.page.locator('#content').waitFor();
  return visitor;
}

export async function fillIn({ page }: Visitor, userName: string, password: string): Promise<void> {
  await page.locator('input[autocomplete=username]').fill(userName);
  await page.locator('input[type=password]').fill(password);
  await page.locator('button[type=submit]').click();
}
