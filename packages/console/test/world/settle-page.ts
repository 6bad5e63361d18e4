import type { Page } from 'playwright-core';
import { judgeEndpoint } from './judge-endpoint.ts';
import type { ConsolePage } from './pages.ts';

/** Until what the page asked for is there and drawn; opens its detail if it has one. */
export async function settlePage(page: Page, shown: ConsolePage): Promise<void> {
  await page.locator('#content').locator('.card').first().waitFor();
  // A stream is never idle.
  if (!('streams' in shown)) await page.waitForLoadState('networkidle');
  if ('opens' in shown) {
    await page.locator(shown.opens).first().click();
    await page.getByRole('dialog').locator('.exchange').first().waitFor();
    await page.waitForLoadState('networkidle');
  }
  if ('judges' in shown) await judgeEndpoint(page, shown.judges);
  const charts = page.locator('.chart');
  if ((await charts.count()) > 0) await page.locator('.chart canvas').nth(1).waitFor();
}
