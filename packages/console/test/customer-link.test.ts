import { expect, it } from 'vitest';
import { visit } from './world/browser.ts';
import { describeInBrowser, type Stage } from './world/describe-in-browser.ts';
import { fillIn, signIn } from './world/operator.ts';
import { admin } from './world/world.ts';

async function linkFor({ world }: Stage, customerId: string): Promise<string> {
  const { url } = await world.call<{ url: string }>('POST', '/portal-links', {
    customerId,
    expiresInMs: 3_600_000,
  });
  return url;
}

const running = {
  id: 'r1',
  state: 'running',
  filter: { customerId: 'anju', result: 1 },
  total: 9,
  done: 3,
  resent: 3,
  startedBy: 'customer:anju',
  startedAt: '2026-11-24T08:00:00.000Z',
  endedAt: null,
};

describeInBrowser("a customer's link", (stage) => {
  it('opens at once for somebody who is not signed in, and leaves no token in the address', async () => {
    const { world, browser } = stage();
    const customer = await visit(browser, world.url);
    await customer.page.goto(await linkFor(stage(), 'anju'));
    await customer.page.getByRole('link', { name: 'anju-main' }).waitFor();
    expect(customer.page.url()).not.toContain('#');
    await customer.close();
  });

  it('asks whoever has signed in, who may stay as they are', async () => {
    const { page } = await signIn(stage());
    await page.goto(await linkFor(stage(), 'anju'));
    await page.getByText('打开客户视图？').waitFor();
    await page.getByText('你已登录为 wang.fang。').waitFor();
    await page.getByRole('button', { name: '保持登录为 wang.fang' }).click();
    await page.getByRole('link', { name: '操作日志' }).waitFor();
    expect(page.url()).not.toContain('#');
    await page.reload();
    await page.getByRole('link', { name: '操作日志' }).waitFor();
  });

  it('takes the place of who has signed in once they say so', async () => {
    const { browser, world } = stage();
    // With a session of its own, which ends: others go on with the one that they share.
    const visitor = await visit(browser, world.url);
    const { page } = visitor;
    await visitor.open('/');
    await fillIn(visitor, admin.userName, admin.password);
    await page.locator('#content').waitFor();
    await page.goto(await linkFor(stage(), 'anju'));
    await page.getByRole('button', { name: '打开客户视图' }).click();
    await page.getByRole('link', { name: 'anju-main' }).waitFor();
    expect(await page.getByRole('link', { name: '操作日志' }).count()).toBe(0);
    await visitor.close();
  });

  it('resends what a filter matches: a preview, its number typed, progress; nothing of it is seen by other customers', async () => {
    const { world, browser } = stage();
    const customer = await visit(browser, world.url);
    const { page } = customer;
    await page.goto(await linkFor(stage(), 'anju'));
    await page.getByRole('link', { name: '通知记录' }).click();
    await page.getByRole('row').nth(1).waitFor();
    expect(await page.getByRole('button', { name: '批量重推' }).isDisabled()).toBe(true);
    await page.goto(`${world.url}/notifications?result=1`);
    await page.getByRole('row').nth(1).waitFor();
    const count = await page.getByRole('row').count();
    await page.getByRole('button', { name: '批量重推' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(`符合条件的通知共 ${count - 1} 条`).waitFor();
    const start = dialog.getByRole('button', { name: '开始重推' });
    expect(await start.isDisabled()).toBe(true);
    await dialog.getByLabel(/请输入条数/).fill(String(count - 1));
    await start.click();
    await page.waitForURL(/\/resends/);
    await page.getByText('客户 anju').waitFor();
    await page.getByText('已完成').waitFor();
    await customer.close();

    const other = await visit(browser, world.url);
    await other.page.goto(await linkFor(stage(), 'haitang'));
    await other.page.getByRole('link', { name: '批量重推' }).click();
    await other.page.getByText('还没有批量重推').waitFor();
    await other.close();
  });

  it('says how many a customer may resend at a time, in both languages, and stops a resend that runs', async () => {
    const { world, browser } = stage();
    const customer = await visit(browser, world.url, { language: 'en' });
    const { page } = customer;
    await page.goto(await linkFor(stage(), 'anju'));
    await page.getByRole('link', { name: 'anju-main' }).waitFor();
    await page.route('**/v1/resends', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({ json: { matches: 1_001, sample: [] } })
        : route.fulfill({ json: { items: [running] } }),
    );
    let isStopped = false;
    await page.route('**/v1/resends/r1/stop', (route) => {
      isStopped = true;
      return route.fulfill({ json: { ...running, state: 'stopped' } });
    });
    await customer.open('/notifications?result=1');
    await page.getByRole('button', { name: 'Resend all' }).click();
    await page.getByText('More than 1,000 match').waitFor();
    expect(await page.getByRole('button', { name: 'Start resending' }).count()).toBe(0);
    await customer.open('/resends');
    await page.getByText('3 / 9 looked at').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect.poll(() => isStopped).toBe(true);
    await customer.close();
  });

  it('that is no longer good leaves who has signed in as they are', async () => {
    const { page } = await signIn(stage(), '/', { language: 'en' });
    await page.goto(`${stage().world.url}/portal#dbl_no-such-link`);
    await page.getByRole('button', { name: 'Open the customer’s view' }).click();
    await page.getByRole('alert').getByText('The link is no longer good.').waitFor();
    await page.getByRole('button', { name: 'Stay signed in as wang.fang' }).click();
    await page.getByRole('link', { name: 'Audit log' }).waitFor();
  });
});
