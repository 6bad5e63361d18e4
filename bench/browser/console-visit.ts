import { type Browser, chromium, type Page } from 'playwright-core';
import { callApi } from '../doorbell/serve.ts';

const password = 'correct horse battery';

/** Somebody who has signed in to the console of a real server, in the system's Chromium. */
export interface ConsoleVisit {
  readonly browser: Browser;
  readonly page: Page;
  close(): Promise<void>;
}

/** Throws, with a sentence for people, where there is no Chromium or the console was not built. */
export async function visitConsole(url: string, apiKey: string): Promise<ConsoleVisit> {
  const start = await fetch(url, { headers: { accept: 'text/html' } });
  await start.arrayBuffer();
  if (!start.ok) throw new Error('The console is not built: npm run build:console.');
  const userName = `bench-${Date.now()}`;
  await callApi(url, apiKey, 'POST', '/v1/users', { name: userName, role: 'admin', password });
  const browser = await launch();
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, baseURL: url });
    const { name, value } = await signIn(url, userName);
    await context.addCookies([{ name, value, url }]);
    const page = await context.newPage();
    return { browser, page, close: () => browser.close() };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

function launch(): Promise<Browser> {
  return chromium
    .launch({
      executablePath: process.env.DOORBELL_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
    })
    .catch((error: Error) => {
      throw new Error(`The bench needs Chromium (apt-get install chromium): ${error.message}`);
    });
}

/** The cookie of a new session, as a page of the server gets it. */
async function signIn(
  url: string,
  userName: string,
): Promise<{ readonly name: string; readonly value: string }> {
  const response = await fetch(`${url}/v1/sessions`, {
    method: 'POST',
    headers: { origin: url, 'content-type': 'application/json' },
    body: JSON.stringify({ userName, password }),
  });
  const [name = '', value = ''] = response.headers.get('set-cookie')?.split(';')[0]?.split('=') ?? [];
  if (!response.ok) throw new Error(`signing in: ${response.status} ${await response.text()}`);
  return { name, value };
}
