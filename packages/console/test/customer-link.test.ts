import { expect, it } from 'vitest';
import { visit } from './world/browser.ts';
import { describeInBrowser, type Stage } from './world/describe-in-browser.ts';
import { signIn } from './world/operator.ts';

async function linkFor({ world }: Stage, customerId: string): Promise<string> {
  const { url } = await world.call<{ url: string }>('POST', '/portal-links', {
    customerId,
    expiresInMs: 3_600_000,
  });
  return url;
}

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
    const { page } = await signIn(stage());
    await page.goto(await linkFor(stage(), 'anju'));
    await page.getByRole('button', { name: '打开客户视图' }).click();
    await page.getByRole('link', { name: 'anju-main' }).waitFor();
    expect(await page.getByRole('link', { name: '操作日志' }).count()).toBe(0);
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
