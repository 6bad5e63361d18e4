import { describe, expect, it } from 'vitest';
import { rowsMax, TailBuffer, type TailEvent } from '../src/pages/tail/tail-buffer.ts';
import { describeInBrowser } from './world/describe-in-browser.ts';
import { signIn } from './world/operator.ts';

const event: TailEvent = {
  at: '2026-11-24T08:00:00.000Z',
  notificationId: 'n1-1',
  customerId: 'acme',
  endpointId: 'acme-main',
  houseTaskId: 'task-1',
  houseId: 'house-1',
  state: 9000,
  sequence: 1,
  attempt: 1,
  outcome: 'accepted',
  result: 1,
  httpStatus: 200,
  responseState: 200,
  durationMs: 3,
};

describe('the buffer of the live tail', () => {
  it('keeps the newest rows only, newest first, however many come between two draws', () => {
    const buffer = new TailBuffer();
    for (let sequence = 1; sequence <= 20_000; sequence += 1) buffer.push({ ...event, sequence });
    const { rows, taken } = buffer.draw();
    expect(taken).toBe(20_000);
    expect(rows.length).toBe(rowsMax);
    expect([rows[0]?.sequence, rows.at(-1)?.sequence]).toEqual([20_000, 20_000 - rowsMax + 1]);
  });

  it('draws the same rows again when nothing has come, so that the page need not', () => {
    const buffer = new TailBuffer();
    buffer.push(event);
    expect(buffer.draw().rows).toBe(buffer.draw().rows);
  });

  it('counts what the server dropped', () => {
    const buffer = new TailBuffer();
    buffer.drop(700);
    buffer.drop(20);
    expect(buffer.draw().dropped).toBe(720);
  });
});

describeInBrowser('the live tail', (stage) => {
  it('shows an attempt as it settles, filters, and stands still while paused', async () => {
    const { world } = stage();
    const { page } = await signIn(stage(), '/tail?customerId=yunqi');
    await page.getByText('实时', { exact: true }).waitFor();
    const change = {
      customerId: 'yunqi',
      houseTaskId: 'tailed',
      houseId: 'T-1',
      packageId: 'p-x',
      userId: 'u-x',
      userName: 'x',
    };
    const other = { ...change, customerId: 'hillside', houseTaskId: 'elsewhere', houseId: 'T-2' };
    await world.call('POST', '/state-changes', [
      { ...change, state: 9000 },
      { ...other, state: 9000 },
    ]);
    await page.getByRole('button', { name: /T-1/ }).waitFor();
    expect(await page.getByText('T-2').count()).toBe(0);
    await page.getByRole('button', { name: '暂停显示' }).click();
    await world.call('POST', '/state-changes', { ...change, state: 10000 });
    await world.until<{ items: unknown[] }>(
      '/notifications?houseTaskId=tailed&result=1',
      ({ items }) => items.length === 2,
    );
    expect(await page.getByRole('button', { name: /T-1/ }).count()).toBe(1);
    await page.getByRole('button', { name: '继续显示' }).click();
    await expect.poll(() => page.getByRole('button', { name: /T-1/ }).count()).toBe(2);
  });

  it('asks again when the line has been silent for longer than the server ever is', async () => {
    const { page } = await signIn(stage(), '/');
    await page.clock.install();
    await page.goto(`${stage().world.url}/tail`);
    await page.getByText('实时', { exact: true }).waitFor();
    const askedAgain = page.waitForRequest('**/v1/tail*');
    await page.clock.fastForward(60_000);
    await askedAgain;
    await page.getByText('实时', { exact: true }).waitFor();
  });

  it('says why when the server refuses to be watched, until it does not', async () => {
    const { page } = await signIn(stage(), '/');
    await page.route('**/v1/tail*', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify({
          type: '/problems/too-many-streams',
          status: 503,
          detail: '100 watch already.',
        }),
      }),
    );
    await page.locator('nav a[href="/tail"]').click();
    await page.getByRole('alert').getByText('同时查看的人数已达上限').waitFor();
    await page.unrouteAll();
    await page.getByText('实时', { exact: true }).waitFor();
    await page.getByRole('alert').waitFor({ state: 'detached' });
  });

  it('takes 50,000 at once, keeps what it shows bounded, and answers who works with it', async () => {
    const visitor = await signIn(stage(), '/');
    const { page, complaints } = visitor;
    const total = 50_000;
    const text = (name: string, data: object) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
    const flood = Array.from({ length: total }, (_, index) =>
      text('notification', { ...event, houseId: `H-${index + 1}`, sequence: index + 1 }),
    );
    let asked = 0;
    await page.route('**/v1/tail*', async (route) => {
      asked += 1;
      // It ends after the flood, and whoever comes again is left to wait.
      if (asked > 1) return;
      await route.fulfill({
        contentType: 'text/event-stream',
        body: `${flood.join('')}${text('dropped', { count: 7_000 })}`,
      });
    });
    await page.locator('nav a[href="/tail"]').click();
    const count = page.locator('.tail-count');
    await expect.poll(() => count.textContent()).toContain(total.toLocaleString('en-US'));
    expect(await count.textContent()).toContain('7,000');
    expect(await page.locator('#content tbody tr').count()).toBeLessThanOrEqual(rowsMax);
    await page.getByRole('button', { name: 'H-50000' }).waitFor();
    await page.getByRole('button', { name: '暂停显示' }).click();
    await page.getByRole('button', { name: '继续显示' }).waitFor();
    expect(complaints).toEqual([]);
  }, 60_000);
});
