import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startBrowser, visit } from './world/browser.ts';
import { fillIn } from './world/operator.ts';
import { pages } from './world/pages.ts';
import { settlePage } from './world/settle-page.ts';
import { tellStory } from './world/story.ts';
import { admin, startWorld } from './world/world.ts';

// Makes docs/screenshots anew: every page in both languages, some of them dark, one on a phone. Run it by
// `npm run screenshots`; nothing compares the pictures, people do.
const folder = join(import.meta.dirname, '../../../docs/screenshots');
const minuteMs = 60_000;

mkdirSync(folder, { recursive: true });
const world = await startWorld(75 * minuteMs);
await tellStory(world);
await world.call('POST', '/resends', { filter: { customerId: 'lvcheng', result: 2 } });
const browser = await startBrowser();
for (const language of ['zh', 'en'] as const) {
  const visitor = await visit(browser, world.url, { language });
  await visitor.open('/');
  await visitor.page.locator('input[autocomplete=username]').waitFor();
  await visitor.page.screenshot({ path: join(folder, `sign-in.${language}.png`) });
  await fillIn(visitor, admin.userName, admin.password);
  await visitor.page.locator('#content').waitFor();
  for (const shown of pages) {
    await visitor.open(shown.path);
    await settlePage(visitor.page, shown);
    if (shown.name === 'tail') await letSomeArrive(visitor.page, language);
    await visitor.page.screenshot({ path: join(folder, `${shown.name}.${language}.png`) });
  }
  const session = await visitor.page.context().storageState();
  for (const [name, as] of [
    ['overview-dark', { theme: 'dark', width: 1280, height: 800 }],
    ['overview-phone', { theme: 'light', width: 390, height: 844 }],
  ] as const) {
    const other = await visit(browser, world.url, { ...as, language, session: { ...session, origins: [] } });
    await other.open('/');
    await settlePage(other.page, pages[0]);
    await other.page.screenshot({ path: join(folder, `${name}.${language}.png`) });
    await other.close();
  }
  await visitor.close();
}
await browser.close();
await world.close();
process.stdout.write(`Wrote ${folder}\n`);

/** A tail with nothing on it says little. */
async function letSomeArrive(page: Page, language: string): Promise<void> {
  const ids = { houseTaskId: `tail-${language}`, packageId: 'pkg-tail', userId: 'u7', userName: '王芳' };
  await page.locator('.tone-good').waitFor();
  await world.call(
    'POST',
    '/state-changes',
    ['yunqi', 'hillside', 'anju', 'haitang'].flatMap((customerId, index) =>
      [9000, 10000, 20000].map((state) => ({ ...ids, customerId, houseId: `T-${4200 + index}`, state })),
    ),
  );
  await page.locator('tbody tr').nth(9).waitFor();
}
