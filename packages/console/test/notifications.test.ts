import { expect, it } from 'vitest';
import { visit } from './world/browser.ts';
import { describeInBrowser } from './world/describe-in-browser.ts';
import { fillIn, signIn } from './world/operator.ts';

describeInBrowser('the notifications page', (stage) => {
  it('lets nobody in with a wrong password, and says so', async () => {
    const visitor = await visit(stage().browser, stage().world.url);
    await visitor.open('/notifications');
    await fillIn(visitor, 'wang.fang', 'not the right password');
    await visitor.page.getByRole('alert').getByText('用户名或密码不正确').waitFor();
    await visitor.close();
  });

  it('shows why a notification has not arrived: every attempt, the body, the signed text without its key', async () => {
    const { page, complaints } = await signIn(stage(), '/notifications?customerId=anju&result=1');
    await page.getByRole('button', { name: /#1$/ }).first().click();
    const drawer = page.getByRole('dialog');
    await drawer.getByText('客户已接受').first().waitFor();
    await drawer.getByText('houseTaskId').first().waitFor();
    const text = (await drawer.textContent()) ?? '';
    expect(text).toContain('application/x-www-form-urlencoded');
    expect(text).toMatch(/\[sign key\]AN-\d+HT\d+pkg-/);
    expect(text).toMatch(/等待首字节[\d.]+ ms/);
    expect(text).not.toContain('sign-key-of-anju');
    expect(complaints).toEqual([]);
  });

  it('asks before a delivered one is sent again, which the customer would get twice', async () => {
    const { world } = stage();
    const { page } = await signIn(stage(), '/notifications?customerId=yunqi&result=1');
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/resend')) sent.push(request.method());
    });
    await page.locator('.cell-button').first().click();
    const drawer = page.getByRole('dialog').filter({ hasText: '通知详情' });
    await drawer.getByRole('button', { name: '重推' }).click();
    const question = page.getByRole('tooltip').filter({ hasText: '再收到一次' });
    await question.waitFor();
    expect(sent).toEqual([]);
    await question.getByRole('button', { name: '重推' }).click();
    await page.locator('.toast').getByText('已重新排队').waitFor();
    expect(sent).toEqual(['POST']);
    await world.until<{ items: unknown[] }>(
      '/notifications?customerId=yunqi&result=0',
      ({ items }) => items.length === 0,
    );
  });

  it('shows the next page from its top', async () => {
    const { page } = await signIn(stage(), '/notifications');
    await page.getByRole('button', { name: '下一页' }).click();
    await page.waitForURL(/cursor=/);
    await page.waitForFunction('window.scrollY === 0');
  });

  it('keeps the filter in the address, so that a view can be sent to a colleague', async () => {
    const { page } = await signIn(stage(), '/notifications');
    await page.getByLabel('房源 ID').fill('HA-4114');
    await page.getByRole('button', { name: '查询' }).click();
    await page.waitForURL(/houseId=HA-4114/);
    await page.getByRole('row').nth(3).waitFor();
    const rows = await page.getByRole('row').allTextContents();
    expect(rows.slice(1).every((row) => row.includes('HA-4114'))).toBe(true);
    await page.goBack();
    await expect.poll(() => page.getByLabel('房源 ID').inputValue()).toBe('');
  });

  it('tells nothing found from nothing there, and leads back', async () => {
    const { page } = await signIn(stage(), '/notifications?houseId=no-such-house');
    await page.getByText('没有符合条件的记录').waitFor();
    await page.getByRole('button', { name: '重置筛选' }).click();
    await page.getByRole('row').nth(10).waitFor();
    expect(new URL(page.url()).searchParams.has('houseId')).toBe(false);
  });

  it('speaks English when asked', async () => {
    const { page } = await signIn(stage(), '/notifications', { language: 'en' });
    await page.getByRole('heading', { name: 'Notifications' }).waitFor();
    await page.getByText('Endpoint paused').first().waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
  });
});
