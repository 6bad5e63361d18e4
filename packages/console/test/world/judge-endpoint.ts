import type { Page } from 'playwright-core';

/** On the tab of the conformance kit: confirms, begins, and waits for the verdict. */
export async function judgeEndpoint(page: Page, endpointId: string): Promise<void> {
  await page.locator('#conformance-endpoint').fill(endpointId);
  await page.locator('.conformance-consent button[type=submit]').click();
  // A run of more than two hundred requests.
  await page.locator('.conformance-verdict').waitFor({ timeout: 90_000 });
}
