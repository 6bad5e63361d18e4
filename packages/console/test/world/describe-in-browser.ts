import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { leftOut } from '../../../../test/left-out.ts';
import { hasChromium, startBrowser } from './browser.ts';
import { tellStory } from './story.ts';
import { startWorld, type World } from './world.ts';

/** What a test in the browser stands on: one world and one browser for the whole suite. */
export interface Stage {
  readonly world: World;
  readonly browser: Browser;
}

const minuteMs = 60_000;

/** A suite in Chromium on a real server that has a night behind it; left out where there is no Chromium. */
export function describeInBrowser(name: string, suite: (stage: () => Stage) => void): void {
  if (!hasChromium) {
    leftOut(name, 'there is no Chromium');
    describe.skip(name, () => {});
    return;
  }
  let stage: Stage | undefined;
  beforeAll(async () => {
    const [world, browser] = await Promise.all([startWorld(75 * minuteMs), startBrowser()]);
    stage = { world, browser };
    await tellStory(world);
  }, 60_000);
  afterAll(async () => {
    await stage?.browser.close();
    await stage?.world.close();
  });
  describe(name, () =>
    suite(() => {
      if (stage === undefined) throw new Error('The stage is set before the suite.');
      return stage;
    }),
  );
}
