import type { Page } from 'playwright-core';

/** Opens the live tail and notes what keeps its main thread busy for longer than 50 ms, from before its first script on. */
export async function openTail(page: Page): Promise<void> {
  await page.addInitScript(`
    globalThis.longTasks = [];
    new PerformanceObserver((list) => globalThis.longTasks.push(...list.getEntries().map(({ duration }) => duration)))
      .observe({ type: 'longtask' });`);
  await page.goto('/tail');
  await page.locator('#content .tail-count').waitFor();
}

export interface Busy {
  /** 0 when there was none. */
  readonly longestTaskMs: number;
  readonly longTasks: number;
  readonly rows: number;
  /** Until a script that asks for nothing was answered. */
  readonly answerMs: number;
}

/** Since the last look. */
export async function takeLongTasks(page: Page): Promise<Busy> {
  const startedAt = performance.now();
  const { durations, rows } = await page.evaluate<{ durations: number[]; rows: number }>(
    `({ durations: globalThis.longTasks.splice(0), rows: document.querySelectorAll('#content tbody tr').length })`,
  );
  const answerMs = performance.now() - startedAt;
  return { longestTaskMs: Math.max(0, ...durations), longTasks: durations.length, rows, answerMs };
}
