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

/** From following the menu to the list, and from opening its address anew, to its first row on the screen. */
export async function measureListPaint(url: string, apiKey: string): Promise<Figures> {
  const { page, close } = await visitConsole(url, apiKey);
  try {
    await page.addInitScript(`globalThis.firstRow = ${untilFirstRow}`);
    await page.goto('/tail');
    await page.locator('nav a[href="/notifications"]').waitFor();
    const followedMs = await page.evaluate<number>(`(async () => {
      const startedAt = performance.now();
      document.querySelector('nav a[href="/notifications"]').click();
      return (await ${untilFirstRow}) - startedAt;
    })()`);
    await page.goto('/notifications');
    const openedMs = await page.evaluate<number>('globalThis.firstRow');
    return { followedMs, openedMs };
  } finally {
    await close();
  }
}
