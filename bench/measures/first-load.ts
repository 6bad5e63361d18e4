import { rm } from 'node:fs/promises';
import { visitConsole } from '../browser/console-visit.ts';
import { createApiKey, serveDoorbell } from '../doorbell/serve.ts';
import { formatCount } from '../format.ts';
import { type Figures, figuresOf, type Measure } from '../measure.ts';
import type { Stage } from '../stage.ts';
import { median, spreadOf } from '../statistics.ts';

const contender = 'console';

export const firstLoad: Measure = {
  name: 'first-load',
  onlyByName: true,
  about:
    'the console opened for the first time, in Chromium: script as it is sent, and the first contentful paint',
  round: async (stage) => ({ [contender]: await openOnce(stage) }),
  rows(rounds) {
    const show = (name: string) => formatCount(median(figuresOf(rounds, contender, name)));
    return [
      {
        what: 'first load, script',
        figure: spreadOf(figuresOf(rounds, contender, 'scriptKiB')),
        unit: 'KiB',
        goal: { atMost: 285 },
        behind: `of the overview, compressed, before charts; with charts ${show('allScriptKiB')} KiB`,
      },
      {
        what: 'first load, paint',
        figure: spreadOf(figuresOf(rounds, contender, 'firstPaintMs')),
        unit: 'ms',
        goal: { atMost: 1_000 },
        behind: `first contentful paint, nothing cached: name and bell, before any script; the page's first card ${show('firstCardMs')} ms`,
      },
    ];
  },
};

async function openOnce(stage: Stage): Promise<Figures> {
  const data = await stage.newFolder();
  const apiKey = await createApiKey({ data });
  const server = await serveDoorbell({ data });
  try {
    const { page, close } = await visitConsole(server.url, apiKey);
    try {
      await page.goto('/');
      await page.locator('#content .card').first().waitFor();
      const firstCardMs = await page.evaluate<number>('performance.now()');
      await page.locator('.chart canvas').first().waitFor();
      return { firstCardMs, ...(await page.evaluate<Figures>(readEntries)) };
    } finally {
      await close();
    }
  } finally {
    await server.stop();
    await rm(data, { recursive: true });
  }
}

/** Without the scripts of other pages, which the console loads when this one has nothing to do, after its mark. */
const readEntries = `(() => {
  const idleAt = performance.getEntriesByName('doorbell-idle')[0]?.startTime ?? Infinity;
  const scripts = performance.getEntriesByType('resource')
    .filter(({ name, startTime }) => new URL(name).pathname.endsWith('.js') && startTime < idleAt);
  const kib = (entries) => entries.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) / 1024;
  return {
    scriptKiB: kib(scripts.filter(({ name }) => !name.includes('/echarts-'))),
    allScriptKiB: kib(scripts),
    firstPaintMs: performance.getEntriesByName('first-contentful-paint')[0].startTime,
  };
})()`;
