import { onTestFinished } from 'vitest';
import { type Visit, type Visitor, visit } from './browser.ts';
import type { Stage } from './describe-in-browser.ts';

/** Somebody who has signed in; goes away when the test ends. */
export async function signIn({ browser, world }: Stage, path = '/', as: Visit = {}): Promise<Visitor> {
  const visitor = await visit(browser, world.url, as);
  onTestFinished(() => visitor.close());
  await visitor.open(path);
  await visitor.page.locator('input[type=password]').fill(world.apiKey);
  await visitor.page.locator('button[type=submit]').click();
  await visitor.page.locator('#content').waitFor();
  return visitor;
}
