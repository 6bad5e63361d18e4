import { expect, it } from 'vitest';
import { seriousFindings } from './world/browser.ts';
import { describeInBrowser } from './world/describe-in-browser.ts';
import { signIn } from './world/operator.ts';
import { pages } from './world/pages.ts';
import { settlePage } from './world/settle-page.ts';

/** Texts of the page with four English words or more in a row, without what is shown as it was sent or written. */
const findEnglish = `(() => {
  const copy = document.body.cloneNode(true);
  for (const raw of copy.querySelectorAll('code, pre, script, style, .exchange .pairs dd')) raw.remove();
  const texts = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode() !== null) found.push(texts.currentNode.textContent);
  // What a customer answered stands between quotation marks.
  return found.filter((text) => /[A-Za-z]+(?: [A-Za-z]+){3}/.test(text.replace(/“[^”]*”/g, '')));
})()`;

/** What was found on a page in the look that most people have. */
interface Seen {
  readonly page: string;
  readonly findings: readonly string[];
  readonly english: readonly string[];
}

describeInBrowser('every page of the console', (stage) => {
  const walk = async (theme: 'light' | 'dark'): Promise<readonly Seen[]> => {
    const { page, open, complaints } = await signIn(stage(), '/', { theme });
    const seen: Seen[] = [];
    for (const shown of pages) {
      await open(shown.path);
      await settlePage(page, shown);
      const english = await page.evaluate<readonly string[]>(findEnglish);
      seen.push({ page: shown.name, english, findings: await seriousFindings(page) });
    }
    expect(complaints).toEqual([]);
    return seen;
  };
  // Once for all that is asked of it: to open every page takes the longest by far.
  const walks = new Map<'light' | 'dark', ReturnType<typeof walk>>();
  const walked = (theme: 'light' | 'dark') => {
    const taken = walks.get(theme) ?? walk(theme);
    walks.set(theme, taken);
    return taken;
  };

  it.each(['light', 'dark'] as const)(
    'has nothing that axe finds serious, and breaks no policy, %s',
    async (theme) => {
      const seen = await walked(theme);
      expect(seen.length).toBe(pages.length);
      expect(seen.filter(({ findings }) => findings.length > 0)).toEqual([]);
    },
    240_000,
  );

  it('says nothing in English where Chinese was chosen, but what people and endpoints wrote', async () => {
    const seen = await walked('light');
    expect(seen.length).toBe(pages.length);
    expect(seen.filter(({ english }) => english.length > 0)).toEqual([]);
  }, 240_000);

  it('fits a phone: nothing but tables and diagrams is wider than the screen', async () => {
    const { page, open } = await signIn(stage(), '/', { width: 390, height: 844 });
    for (const shown of pages) {
      await open(shown.path);
      await settlePage(page, shown);
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect({ page: shown.name, width }).toEqual({ page: shown.name, width: 390 });
    }
  }, 240_000);

  it('fits a screen of 1280 with its scroll bar: no table is cut, in the language with the longer words', async () => {
    const { page, open } = await signIn(stage(), '/', { width: 1263, language: 'en' });
    const wide = ['notifications', 'endpoints', 'alerts', 'alert-channels', 'access', 'audit'];
    for (const shown of pages.filter(({ name }) => wide.includes(name))) {
      await open(shown.path);
      await settlePage(page, shown);
      await page.locator('.table-scroll').first().waitFor();
      const cut = await page.evaluate(
        `[...document.querySelectorAll('.table-scroll')].filter((table) => table.scrollWidth > table.clientWidth).length`,
      );
      expect({ page: shown.name, cut }).toEqual({ page: shown.name, cut: 0 });
    }
  }, 240_000);

  it('is operated by the keyboard: skip link, menu, a row, its drawer and back', async () => {
    const { page } = await signIn(stage(), '/notifications');
    await page.getByRole('row').nth(5).waitFor();
    await page.evaluate('document.activeElement.blur()');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('跳到正文');
    await page.keyboard.press('Enter');
    await page.locator('.cell-button').first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.has('open')).toBe(false);
  });
});
