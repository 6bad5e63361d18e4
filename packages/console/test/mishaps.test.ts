import { expect, it } from 'vitest';
import { visit } from './world/browser.ts';
import { describeInBrowser } from './world/describe-in-browser.ts';
import { fillIn, signIn } from './world/operator.ts';
import { admin } from './world/world.ts';

const viewer = { userName: 'zhao.min', password: 'a long enough password' } as const;

// What goes wrong around a page: sessions that end, servers that go away, keys pressed twice.
describeInBrowser('when something comes between', (stage) => {
  /** With a session of its own, which the test may end. */
  const enter = async (path: string) => {
    const visitor = await visit(stage().browser, stage().world.url);
    await visitor.open(path);
    await fillIn(visitor, admin.userName, admin.password);
    await visitor.page.locator('#content').waitFor();
    return visitor;
  };

  it('the next who signs in sees nothing of what the one before has seen', async () => {
    await stage().world.call('POST', '/users', {
      name: viewer.userName,
      role: 'viewer',
      password: viewer.password,
    });
    const visitor = await enter('/endpoints');
    const { page } = visitor;
    const row = page.getByRole('link', { name: 'haitang-main' });
    await row.waitFor();
    await page.getByRole('button', { name: '退出登录' }).click();
    // Never answered: what is shown now was there before.
    await page.route('**/v1/endpoints', () => undefined);
    await fillIn(visitor, viewer.userName, viewer.password);
    await page.getByRole('status', { name: '正在加载' }).waitFor();
    expect(await row.count()).toBe(0);
    await visitor.close();
  });

  it('a session that has ended says so, and signing out of it shows the sign-in page', async () => {
    const visitor = await enter('/endpoints');
    const { page, complaints } = visitor;
    await page.getByRole('link', { name: 'haitang-main' }).waitFor();
    // What the menu counts by itself must not be the first to notice.
    await page.route('**/v1/alerts?*', () => undefined);
    await page.context().clearCookies();
    await page.getByRole('link', { name: '房源任务' }).click();
    await page.getByText('登录已结束，请重新登录').waitFor();
    await fillIn(visitor, admin.userName, admin.password);
    await page.getByRole('row').nth(1).waitFor();
    expect(new URL(page.url()).pathname).toBe('/tasks');
    await page.context().clearCookies();
    await page.getByRole('button', { name: '退出登录' }).click();
    await page.locator('input[autocomplete=username]').waitFor();
    expect(complaints).toEqual([]);
    await visitor.close();
  });

  it('another tab follows who signs out and in, without a reload', async () => {
    const first = await enter('/endpoints');
    const other = await first.page.context().newPage();
    await other.goto(`${stage().world.url}/endpoints`);
    await other.getByRole('button', { name: '新建端点' }).waitFor();
    await first.page.getByRole('button', { name: '退出登录' }).click();
    await other.locator('input[autocomplete=username]').waitFor();
    await fillIn(first, viewer.userName, viewer.password);
    await other.getByText(viewer.userName).waitFor();
    await other.getByRole('link', { name: 'haitang-main' }).waitFor();
    expect(await other.getByRole('button', { name: '新建端点' }).count()).toBe(0);
    await first.close();
  });

  it('a refusal to sign in that is not about the password is said in words', async () => {
    const visitor = await visit(stage().browser, stage().world.url);
    const { page } = visitor;
    await visitor.open('/');
    await page.route('**/v1/sessions', (route) =>
      route.fulfill({
        status: 403,
        contentType: 'application/problem+json',
        body: JSON.stringify({ type: '/problems/insecure-transport', status: 403, detail: 'Use https.' }),
      }),
    );
    await fillIn(visitor, admin.userName, admin.password);
    await page.getByRole('alert').getByText('请通过 https 或本机地址登录').waitFor();
    await visitor.close();
  });

  it('a server that does not answer is said in the language of the page, also of what was pressed', async () => {
    const { page } = await signIn(stage(), '/endpoints/yunqi-main');
    await page.getByRole('button', { name: '暂停', exact: true }).click();
    await page.route('**/v1/**', (route) => route.abort());
    await page.getByRole('dialog').getByRole('button', { name: '暂停' }).click();
    await page.locator('.toast').getByText('服务器没有应答').waitFor();
    expect(await page.getByText('Failed to fetch').count()).toBe(0);
  });

  it('a page that cannot be read again keeps what it shows and what is open, says so, and goes on by itself', async () => {
    const { page } = await signIn(stage(), '/');
    await page.clock.install();
    await page.goto(`${stage().world.url}/tasks?customerId=haitang&houseTaskId=HT20261124014`);
    await page.getByRole('button', { name: 'haitang-main' }).first().click();
    const drawer = page.getByRole('dialog');
    await drawer.getByText('通知详情').waitFor();
    await page.route('**/v1/house-tasks/**', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify({ type: '/problems/store-unavailable', status: 503, detail: 'Try again.' }),
      }),
    );
    await page.clock.fastForward(6_000);
    const told = page.getByText('未能更新（数据库暂时不可用，请稍后再试），以下是之前的内容。');
    await told.waitFor();
    await page.getByRole('heading', { name: /海棠租房 还不知道/, includeHidden: true }).waitFor();
    expect(await drawer.count()).toBe(1);
    await page.unrouteAll();
    await page.clock.fastForward(6_000);
    await told.waitFor({ state: 'detached' });
  });

  it('a setting that is rounded to be shown stays exact when another is saved', async () => {
    const { world } = stage();
    const { page } = await signIn(stage(), '/endpoints/anju-main?tab=settings');
    expect(await page.getByLabel('重试期限（小时）').inputValue()).toBe('0.17');
    await page.getByLabel('同时请求数').fill('7');
    await page.getByRole('button', { name: '保存' }).click();
    await page.locator('.toast').getByText('已保存').waitFor();
    const saved = await world.call('GET', '/endpoints/anju-main');
    expect(saved).toMatchObject({ inFlightMax: 7, retryHorizonMs: 600_000 });
  });

  it('a page whose script could not be fetched comes back by "retry"', async () => {
    const { page } = await signIn(stage(), '/endpoints');
    await page.context().route(/\/create-endpoint-[^/]*\.js$/, (route) => route.abort());
    await page.getByRole('button', { name: '新建端点' }).click();
    await page.getByRole('alert').getByText('页面没有加载成功').waitFor();
    await page.context().unrouteAll();
    await page.getByRole('button', { name: '重试' }).click();
    await page.getByRole('button', { name: '新建端点' }).click();
    await page.getByRole('dialog').getByLabel('端点 ID').waitFor();
  });

  it('a drawer that closes gives the focus back, and leaves nothing in the history', async () => {
    const { page } = await signIn(stage(), '/notifications');
    await page.getByRole('button', { name: '下一页' }).click();
    await page.waitForURL(/cursor=/);
    await page.locator('.table:not(.stale)').waitFor();
    const opener = page.locator('.cell-button').nth(3);
    const name = await opener.textContent();
    const drawer = page.getByRole('dialog');
    await opener.focus();
    await page.keyboard.press('Enter');
    await drawer.locator('.exchange').first().waitFor();
    await page.goBack();
    await drawer.waitFor({ state: 'detached' });
    await opener.focus();
    await page.keyboard.press('Enter');
    await drawer.locator('.exchange').first().waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    await page.locator('.cell-button:focus', { hasText: name ?? '' }).waitFor();
    await page.getByRole('button', { name: '上一页' }).click();
    await page.waitForURL((url) => !url.searchParams.has('cursor'));
    expect(await drawer.count()).toBe(0);
  });

  it('a dialog keeps what was typed when somebody clicks beside it, and gives the focus back', async () => {
    const { page } = await signIn(stage(), '/endpoints/yunqi-main');
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: '轮换密钥' }).focus();
    await page.keyboard.press('Enter');
    await dialog.getByLabel('新密钥').fill('a-key-of-ours');
    await page.mouse.click(20, 700);
    expect(await dialog.getByLabel('新密钥').inputValue()).toBe('a-key-of-ours');
    await dialog.getByLabel('新密钥').focus();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.locator('button:focus', { hasText: '轮换密钥' }).waitFor();
  });
});
