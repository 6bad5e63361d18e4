import type { Notification, Page } from '@doorbell/server/api';
import { expect, it } from 'vitest';
import { visit } from './world/browser.ts';
import { describeInBrowser } from './world/describe-in-browser.ts';
import { fillIn, signIn } from './world/operator.ts';

// The ten journeys of docs/CONSOLE.md, on one world, in the order of a week: what one mends, the next finds mended.
describeInBrowser("an operator's week", (stage) => {
  const countOf = async (filter: string) => {
    const { items } = await stage().world.call<Page<Notification>>(
      'GET',
      `/notifications?limit=500&${filter}`,
    );
    return items.length;
  };
  const delivered = (filter: string) =>
    stage().world.until<Page<Notification>>(`/notifications?limit=500&${filter}`, ({ items }) =>
      items.every(({ result }) => result === 1),
    );

  it('1. sees on the overview that the night went badly, and follows the figure to the list', async () => {
    const { page } = await signIn(stage(), '/');
    await page.getByRole('link', { name: /^失败 2$/ }).click();
    await page.waitForURL(/\/notifications\?result=3/);
    await page.getByRole('row').nth(2).waitFor();
    expect(await page.getByRole('row').count()).toBe(1 + 2);
  });

  it('2. answers on the phone why a customer does not know of a house, in words', async () => {
    const { page } = await signIn(stage(), '/tasks');
    await page.getByLabel('房源 ID 或任务 ID').fill('HA-4114');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'HA-4114' }).click();
    await page
      .getByRole('heading', { name: /海棠租房 还不知道：房源 HA-4114 已进入 20000 已上传/ })
      .waitFor();
    await page.getByRole('img', { name: /等待拍摄 → App上传数据包中 → 已上传/ }).waitFor();
    // Not only that it waits behind another change, but what that one waits for, what the customer said, and what to do.
    await page.getByText(/卡在第 2 次变更。 .*客户答：“java\.sql\.SQLTransientConnectionException/).waitFor();
    await page.getByText(/^怎么办：/).waitFor();
    await page.getByRole('button', { name: '查看往来报文' }).click();
    await page.getByRole('dialog').getByText('SQLTransientConnectionException').first().waitFor();
  });

  it('3. resends everything that failed last night, once its number is typed', async () => {
    const { world } = stage();
    world.receiver.answer('haitang', 'accept');
    const { page } = await signIn(stage(), '/notifications?result=3');
    await page.getByRole('button', { name: '批量重推' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('符合条件的通知共 2 条').waitFor();
    const start = dialog.getByRole('button', { name: '开始重推' });
    await dialog.getByLabel(/请输入条数/).fill('1');
    expect(await start.isDisabled()).toBe(true);
    await dialog.getByLabel(/请输入条数/).fill('2');
    await start.click();
    await page.waitForURL(/\/resends/);
    await page.getByText('已完成').waitFor();
    await page.getByText('重新排队 2').waitFor();
    await delivered('customerId=haitang');
    expect(await countOf('result=3')).toBe(0);
  });

  it('4. reads one refusal to its bottom and resends that one', async () => {
    stage().world.receiver.answer('lvcheng', 'accept');
    const { page } = await signIn(stage(), '/notifications?result=2');
    await page.locator('.cell-button').first().click();
    const drawer = page.getByRole('dialog');
    await drawer.getByText('该房源不属于本公司').first().waitFor();
    await drawer.getByRole('button', { name: '重新验签' }).first().click();
    await drawer.getByText('验签通过').waitFor();
    await drawer.getByRole('button', { name: '重推' }).click();
    await drawer.getByText('客户接受').first().waitFor();
  });

  it('5. finds an endpoint paused by a wrong key, tests it, and resumes it in order', async () => {
    const { world } = stage();
    const { page } = await signIn(stage(), '/endpoints');
    await page.getByRole('link', { name: 'riverside-main' }).click();
    await page.getByText(/暂停：认证失败，客户答：/).waitFor();
    await page.getByText(/^怎么办：与客户核对签名密钥/).waitFor();
    await page.getByRole('link', { name: '立即测试' }).click();
    await page.getByRole('button', { name: '发送测试通知' }).click();
    await page.getByText('认证失败（401），端点已暂停').waitFor();
    world.receiver.answer('riverside', 'accept');
    await page.getByRole('button', { name: '发送测试通知' }).click();
    await page.getByText('客户已接受').waitFor();
    await page.getByRole('button', { name: '恢复', exact: true }).click();
    const { items } = await delivered('customerId=riverside&houseTaskId=HT20261124054');
    const inOrder = items
      .toReversed()
      .map(({ sequence, settledAt }) => ({ sequence, settledAt: settledAt ?? '' }));
    expect(inOrder.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
    expect(inOrder.map(({ settledAt }) => settledAt).toSorted()).toEqual(
      inOrder.map(({ settledAt }) => settledAt),
    );
  });

  it('6. rotates a key without losing a notification, while the customer still has the old one', async () => {
    const { world } = stage();
    world.receiver.requireKey('yunqi', 'sign-key-of-yunqi');
    const { page } = await signIn(stage(), '/endpoints/yunqi-main');
    await page.getByRole('button', { name: '轮换密钥' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: '轮换密钥' }).click();
    await dialog.getByText('新密钥只显示这一次').waitFor();
    const newKey = (await dialog.locator('code').textContent()) ?? '';
    const change = {
      customerId: 'yunqi',
      houseTaskId: 'rotation',
      houseId: 'R-1',
      packageId: 'p-x',
      userId: 'u-x',
      userName: 'x',
    };
    await world.call('POST', '/state-changes', { ...change, state: 9000 });
    await delivered('customerId=yunqi&houseTaskId=rotation');
    world.receiver.requireKey('yunqi', newKey);
    await world.call('POST', '/state-changes', { ...change, state: 10000 });
    await delivered('customerId=yunqi&houseTaskId=rotation');
    expect(await countOf('customerId=yunqi&result=1&houseTaskId=rotation')).toBe(2);
  });

  it('7. creates an endpoint for a new customer, pauses it for a maintenance and resumes it', async () => {
    const { world } = stage();
    await world.call('PUT', '/customers/newcomer', { name: '新客户' });
    const { page } = await signIn(stage(), '/endpoints');
    await page.getByRole('button', { name: '新建端点' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByLabel('端点 ID').fill('newcomer-main');
    await drawer.getByLabel('客户').click();
    await page.getByTitle('新客户 (newcomer)').click();
    await drawer.getByLabel('URL', { exact: true }).fill(world.receiver.urlOf('newcomer'));
    await drawer.getByLabel('签名密钥').fill('a-key-of-the-newcomer');
    await drawer.getByRole('button', { name: '保存' }).click();
    await page.waitForURL(/\/endpoints\/newcomer-main/);
    await page.getByRole('button', { name: '暂停' }).click();
    await page.getByLabel('原因（供同事查看）').fill('客户今晚维护');
    await page.getByRole('dialog').getByRole('button', { name: '暂停' }).click();
    await page.locator('.standstill').getByText('客户今晚维护').waitFor();
    await page.getByRole('button', { name: '恢复', exact: true }).click();
    await page.locator('.standstill').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: '暂停', exact: true }).waitFor();
  });

  it('8. gives a customer a link to its own endpoints, which shows nothing of the others', async () => {
    const { world, browser } = stage();
    const { page } = await signIn(stage(), '/access?tab=links');
    await page.getByRole('button', { name: '新建链接' }).click();
    await page.getByLabel('客户', { exact: true }).click();
    await page.getByTitle('海棠租房 (haitang)').click();
    await page.getByRole('dialog').getByRole('button', { name: '新建链接' }).click();
    const url =
      (await page.getByRole('dialog').locator('code').filter({ hasText: '/portal#' }).textContent()) ?? '';
    const customer = await visit(browser, world.url);
    await customer.page.goto(url);
    await customer.page.getByRole('link', { name: 'haitang-main' }).waitFor();
    expect(await customer.page.getByText('yunqi-main').count()).toBe(0);
    expect(await customer.page.getByRole('link', { name: '操作日志' }).count()).toBe(0);
    await customer.open('/endpoints/yunqi-main');
    await customer.page.getByRole('alert').waitFor();
    await customer.close();
  });

  it('9. lets a colleague look but not touch', async () => {
    const { world, browser } = stage();
    const { page } = await signIn(stage(), '/access');
    await page.getByRole('button', { name: '新建用户' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('用户名').fill('li.lei');
    await dialog.getByLabel('角色').click();
    await page.getByTitle('只读').click();
    await dialog.getByLabel('密码').fill('a long enough password');
    await dialog.getByRole('button', { name: '新建用户' }).click();
    await page.getByRole('cell', { name: 'li.lei' }).waitFor();
    const colleague = await visit(browser, world.url);
    await colleague.open('/notifications');
    await fillIn(colleague, 'li.lei', 'a long enough password');
    await colleague.page.locator('.cell-button').first().click();
    await colleague.page.getByRole('dialog').locator('.exchange').waitFor();
    expect(await colleague.page.getByRole('button', { name: /重推/ }).count()).toBe(0);
    expect(await colleague.page.getByRole('link', { name: '访问控制' }).count()).toBe(0);
    await colleague.open('/endpoints/yunqi-main?tab=settings');
    await colleague.page.getByLabel('URL', { exact: true }).waitFor();
    expect(await colleague.page.getByRole('button', { name: '保存' }).count()).toBe(0);
    await colleague.open('/audit');
    await colleague.page.getByRole('heading', { name: '当前角色没有这项权限' }).waitFor();
    await colleague.close();
  });

  it('10. sees in the audit log who did what, and that nobody has altered it', async () => {
    const { page } = await signIn(stage(), '/audit?action=endpoint.pause');
    await page.getByRole('cell', { name: 'newcomer-main' }).first().waitFor();
    await page
      .getByRole('cell', { name: /wang\.fang/ })
      .first()
      .waitFor();
    await page.getByRole('button', { name: '校验日志链' }).click();
    await page.getByText(/日志链完整/).waitFor();
  });
});
