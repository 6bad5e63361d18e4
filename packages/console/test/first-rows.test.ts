import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInBrowser } from './world/describe-in-browser.ts';
import { signIn } from './world/operator.ts';

const list = /\/v1\/notifications\?/;

/** Notes where the first row is when it first is there, and whether the query form is there already. */
const noteFirstRow = `new MutationObserver((_, observer) => {
  const row = document.querySelector('#content .row');
  if (row === null) return;
  observer.disconnect();
  globalThis.firstRow = { top: row.getBoundingClientRect().top, hasForm: document.querySelector('form') !== null };
}).observe(document, { childList: true, subtree: true })`;

async function untilDrawn(page: Page): Promise<void> {
  await page.locator('form.query-form .ant-picker').waitFor();
  await page.locator('#content .toolbar .ant-switch').waitFor();
}

describeInBrowser('the first rows of the notifications', (stage) => {
  it.each(['/notifications', '/notifications?result=1&order=oldest'])(
    'are asked for while the script of their page is on its way, at %s',
    async (path) => {
      const { page, open } = await signIn(stage(), '/audit');
      const asked = page.waitForRequest(list);
      // Would wait for ever if one came after the other.
      await page.route('**/notifications-page-*.js', async (route) => {
        await asked;
        await route.continue();
      });
      await open(path);
      await page.getByRole('row').nth(1).waitFor();
    },
  );

  it('are asked for once, when the menu is followed', async () => {
    const { page } = await signIn(stage(), '/audit');
    const asked: string[] = [];
    page.on('request', (request) => {
      if (list.test(request.url())) asked.push(request.url());
    });
    await page.getByRole('link', { name: '通知记录' }).click();
    await page.getByRole('row').nth(1).waitFor();
    await untilDrawn(page);
    await page.waitForLoadState('networkidle');
    expect(asked).toHaveLength(1);
  });

  it.each([1280, 390])(
    'are there before the query form, which does not move them, %i pixels wide',
    async (width) => {
      const { page, open } = await signIn(stage(), '/audit', { width });
      await page.addInitScript(noteFirstRow);
      await open('/notifications');
      await untilDrawn(page);
      const first = await page.evaluate<{ top: number; hasForm: boolean }>('globalThis.firstRow');
      const top = await page.evaluate<number>(
        `document.querySelector('#content .row').getBoundingClientRect().top`,
      );
      expect(first.hasForm).toBe(false);
      expect(Math.abs(top - first.top)).toBeLessThanOrEqual(1);
    },
  );
});
