import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { Figures } from '../measure.ts';
import { visitConsole } from './console-visit.ts';

/** Resolves with the time, after the frame that shows the first row of the list. */
const untilFirstRow = `new Promise((resolve) => {
  const look = () => {
    if (document.querySelector('#content .row') === null) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { childList: true, subtree: true });
  look();
})`;

/** Takes the time from the click on, whatever the mouse did before it. */
const followed = `void (globalThis.followed = new Promise((resolve) => {
  addEventListener('click', () => {
    const startedAt = performance.now();
    ${untilFirstRow}.then((at) => resolve(at - startedAt));
  }, { capture: true, once: true });
}))`;

/** How long somebody looks at a page before they follow its menu; the console loads the other pages meanwhile. */
const lookMs = 2_000;

/**
 * To the first row on the screen: from a click on the menu, of somebody who has looked at another page and of somebody who
 * has not, and from opening the address of the list, with nothing in the browser's cache and with the scripts there.
 */
export async function measureListPaint(url: string, apiKey: string): Promise<Figures> {
  const { page, close } = await visitConsole(url, apiKey);
  try {
    await page.addInitScript(`globalThis.firstRow = ${untilFirstRow}`);
    const openList = async () => {
      await page.goto('/notifications');
      return page.evaluate<number>('globalThis.firstRow');
    };
    const unknownMs = await openList();
    const openedMs = await openList();
    return {
      unknownMs,
      openedMs,
      hastyMs: await followMenu(page, 0),
      followedMs: await followMenu(page, lookMs),
    };
  } finally {
    await close();
  }
}

async function followMenu(page: Page, afterMs: number): Promise<number> {
  await page.goto('/tail');
  const link = page.locator('nav a[href="/notifications"]');
  await link.waitFor();
  await sleep(afterMs);
  await page.evaluate(followed);
  await link.click();
  return page.evaluate<number>('globalThis.followed');
}
