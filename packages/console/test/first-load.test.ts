import { expect, it } from 'vitest';
import { describeInBrowser } from './world/describe-in-browser.ts';
import { signIn } from './world/operator.ts';

/** What opens a page may weigh: script as it is sent, before charts. */
const scriptBytesMax = 300 * 1_024;

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

const listScripts = `performance.getEntriesByType('resource')
  .filter(({ name }) => new URL(name).pathname.endsWith('.js'))
  .map(({ name, encodedBodySize, decodedBodySize }) => ({ name, encodedBodySize, decodedBodySize }))`;

describeInBrowser('the first load', (stage) => {
  it.each(pages)('%s opens with less than 300 KiB of script as it is sent, before charts', async (path) => {
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
});
