import { expect, it } from 'vitest';
import { idleMark } from '../src/shell/idle-mark.ts';
import { visit } from './world/browser.ts';
import { describeInBrowser } from './world/describe-in-browser.ts';
import { signIn } from './world/operator.ts';

/** What opens a page may weigh: script as it is sent, before charts. */
const scriptBytesMax = 285 * 1_024;

const pages = [
  '/',
  '/notifications',
  '/tasks',
  '/endpoints',
  '/tail',
  '/resends',
  '/access',
  '/audit',
] as const;

interface Script {
  readonly name: string;
  readonly encodedBodySize: number;
  readonly decodedBodySize: number;
}

/** Without those of other pages, which are loaded when this one has nothing to do. */
const listScripts = `performance.getEntriesByType('resource')
  .filter(({ name }) => new URL(name).pathname.endsWith('.js'))
  .filter(({ startTime }) => startTime < (performance.getEntriesByName('${idleMark}')[0]?.startTime ?? Infinity))
  .map(({ name, encodedBodySize, decodedBodySize }) => ({ name, encodedBodySize, decodedBodySize }))`;

describeInBrowser('the first load', (stage) => {
  it.each(pages)('%s opens with less than 285 KiB of script as it is sent, before charts', async (path) => {
    const { page } = await signIn(stage(), path);
    await page.locator('#content').locator('.card').first().waitFor();
    const scripts = await page.evaluate<readonly Script[]>(listScripts);
    const first = scripts.filter(({ name }) => !/\/echarts-[^/]*$/.test(name));
    expect(first.length).toBeGreaterThan(3);
    const sent = first.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
    const unpacked = first.reduce((sum, { decodedBodySize }) => sum + decodedBodySize, 0);
    expect(sent).toBeLessThan(scriptBytesMax);
    expect(sent).toBeLessThan(unpacked / 2);
  });

  it('paints something before any script has come', async () => {
    const { browser, world } = stage();
    const { page, close } = await visit(browser, world.url);
    await page.route('**/*.js', (route) => route.abort());
    await page.goto(world.url);
    await page.locator('.splash').getByText('Doorbell').waitFor();
    await close();
  });

  it('has the scripts of the other pages there before anybody follows the menu to them', async () => {
    const { page } = await signIn(stage(), '/audit');
    const isHere = (name: string) =>
      `performance.getEntriesByType('resource').some(({ name }) => name.includes('/${name}-'))`;
    for (const name of ['overview-page', 'notifications-page', 'tail-page', 'access-page']) {
      await expect.poll(() => page.evaluate(isHere(name))).toBe(true);
    }
    await page.waitForLoadState('networkidle');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.getByRole('link', { name: '任务' }).first().click();
    await page.getByRole('row').nth(1).waitFor();
    expect(asked.filter((path) => path.endsWith('.js'))).toEqual([]);
  });
});
