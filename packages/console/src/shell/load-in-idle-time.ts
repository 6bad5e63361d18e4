import { idleMark } from './idle-mark.ts';
import type { LazyPage } from './page.tsx';

/**
 * Loads the scripts of pages one after the other while nothing else is to be done, so that the menu opens them at once.
 * Returns a function that leaves the rest.
 */
export function loadInIdleTime(pages: readonly LazyPage[]): () => void {
  let rest = pages;
  let isMarked = false;
  let handle = window.requestIdleCallback(next);
  function next(): void {
    const [page, ...others] = rest;
    if (page === undefined) return;
    if (!isMarked) performance.mark(idleMark);
    isMarked = true;
    page.load();
    rest = others;
    handle = window.requestIdleCallback(next);
  }
  return () => window.cancelIdleCallback(handle);
}
