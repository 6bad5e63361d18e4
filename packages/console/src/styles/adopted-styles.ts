/** What the callers of Ant Design's style writer pass; only what decides the order of sheets matters here. */
interface StyleOptions {
  readonly prepend?: boolean | 'queue';
  readonly priority?: number;
}

interface Adopted {
  readonly sheet: CSSStyleSheet;
  readonly rank: number;
  css: string;
}

/** In place of the <style> element that callers get elsewhere: they only mark it. */
interface StyleMark {
  setAttribute(name: string, value: string): void;
}

const adoptedByKey = new Map<string, Adopted>();
const mark: StyleMark = { setAttribute: () => undefined };

/**
 * Puts the rules into a constructed style sheet of the document. Such sheets are made by script and not by markup, so a
 * content security policy without 'unsafe-inline' lets them be.
 */
export function updateCSS(css: string, key: string, options: StyleOptions = {}): StyleMark {
  const existing = adoptedByKey.get(key);
  if (existing === undefined) {
    const adopted = { sheet: new CSSStyleSheet(), rank: rankOf(options), css };
    adopted.sheet.replaceSync(css);
    adoptedByKey.set(key, adopted);
    insert(adopted);
  } else if (existing.css !== css) {
    existing.css = css;
    existing.sheet.replaceSync(css);
  }
  return mark;
}

/** For callers that never change or remove what they write. */
export function injectCSS(css: string, options: StyleOptions = {}): StyleMark {
  return updateCSS(css, css, options);
}

export function removeCSS(key: string): void {
  const existing = adoptedByKey.get(key);
  if (existing === undefined) return;
  adoptedByKey.delete(key);
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== existing.sheet);
}

/** Ant Design's icons ask for it to find their container, which sheets of the document do not need. */
export function getShadowRoot(): null {
  return null;
}

export function warningOnce(isValid: boolean, message: string): void {
  if (!isValid) throw new Error(message);
}

/** Styles of the queue come first, by ascending priority, so that what is appended wins. */
function rankOf({ prepend, priority = 0 }: StyleOptions): number {
  if (prepend === 'queue') return priority;
  return prepend ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function insert(adopted: Adopted): void {
  const ranks = new Map([...adoptedByKey.values()].map(({ sheet, rank }) => [sheet, rank]));
  const sheets = [...document.adoptedStyleSheets];
  const after = sheets.findIndex((sheet) => (ranks.get(sheet) ?? 0) > adopted.rank);
  sheets.splice(after < 0 ? sheets.length : after, 0, adopted.sheet);
  document.adoptedStyleSheets = sheets;
}
