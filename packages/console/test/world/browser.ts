import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Debian's Chromium, and nothing that it does on its own. */
const executablePath = process.env.DOORBELL_CHROMIUM ?? '/usr/bin/chromium';
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const hasChromium: boolean = existsSync(executablePath);

export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args });
}

export interface Visit {
  readonly language?: 'zh' | 'en';
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  /** The cookies of somebody who has signed in. */
  readonly session?: BrowserContextOptions['storageState'];
}

export interface Visitor {
  readonly page: Page;
  /** What the browser complained of: errors of scripts, violations of the policy, failed loads. */
  readonly complaints: readonly string[];
  /** Opens a path of the console in the visitor's language. */
  open(path: string): Promise<void>;
  close(): Promise<void>;
}

/** A person in Shanghai before a screen of that size. */
export async function visit(browser: Browser, url: string, as: Visit = {}): Promise<Visitor> {
  const { language = 'zh', theme = 'light', width = 1280, height = 800, session } = as;
  const context = await browser.newContext({
    viewport: { width, height },
    timezoneId: 'Asia/Shanghai',
    reducedMotion: 'reduce',
    ...(session === undefined ? {} : { storageState: session }),
  });
  const page = await context.newPage();
  // Below the tests' own limit, so that the error names what was waited for.
  page.setDefaultTimeout(30_000);
  await page.addInitScript((shade) => localStorage.setItem('doorbell.theme', shade), theme);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // Answers 4xx of the API are shown by the page; the browser's own line on them says nothing new.
    const isAnswer = /Failed to load resource.*status of 4\d\d/.test(message.text());
    if (message.type() === 'error' && !isAnswer) complaints.push(message.text());
  });
  return {
    page,
    complaints,
    open: async (path) => {
      await page.goto(`${url}${path}${path.includes('?') ? '&' : '?'}lang=${language}`);
    },
    close: () => context.close(),
  };
}

/** What axe finds serious or critical on the page, in words. */
export async function seriousFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run({
      resultTypes: ['violations'],
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'],
    }),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} at ${target}: ${failureSummary}`),
    );
}
