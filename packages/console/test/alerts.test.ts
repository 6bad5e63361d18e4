import type { Alert, Page } from '@doorbell/server/api';
import { expect, it, onTestFinished } from 'vitest';
import { startRobot } from '../../../test/robot.ts';
import { describeInBrowser } from './world/describe-in-browser.ts';
import { signIn } from './world/operator.ts';

const secret = 'SEC-of-the-duty-robot';

/** Until something has happened that no call tells of; the test's own limit ends it. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 30));
}

describeInBrowser('alerts in the console', (stage) => {
  it("a customer's endpoint dies, an alert reaches the robot, the operator acknowledges, it clears", async () => {
    const { world } = stage();
    const robot = await startRobot('dingtalk', { secret });
    onTestFinished(() => robot.close());
    const { page, open } = await signIn(stage(), '/alerts?tab=channels');

    await page.getByRole('button', { name: '新建渠道' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('标识').fill('duty-robot');
    await dialog.getByLabel('渠道类型').click();
    await page.getByTitle('钉钉机器人').click();
    await dialog.getByLabel('地址').fill(robot.url);
    await dialog.getByLabel('密钥').fill(secret);
    await dialog.getByRole('button', { name: '保存' }).click();
    const row = page.getByRole('row').filter({ hasText: 'duty-robot' });
    await row.getByRole('button', { name: '发送测试' }).click();
    await page.getByText(/渠道 duty-robot 已收到测试消息/).waitFor();
    expect(robot.taken[0]?.json.markdown.text).toContain('测试消息');
    expect(await page.content()).not.toMatch(/canary-dingtalk-token|SEC-of/);

    world.receiver.answer('yunqi', 'fail');
    const ids = {
      customerId: 'yunqi',
      houseId: 'R-1',
      packageId: 'p',
      userId: 'u',
      userName: 'x',
      state: 9000,
    };
    const tasks = Array.from({ length: 12 }, (_, index) => ({ ...ids, houseTaskId: `dying-${index}` }));
    await world.call('POST', '/state-changes', tasks);
    await until(() => robot.taken.some(({ raw }) => raw.includes('端点已熔断 yunqi-main')));

    await open('/alerts?state=open');
    const alert = page.getByRole('row').filter({ hasText: 'yunqi-main' });
    await alert.getByText(/连续失败 \d+ 次/).waitFor();
    const badge = page.getByRole('navigation', { name: '菜单' }).locator('.badge');
    const before = Number(await badge.textContent());
    expect(before).toBeGreaterThan(0);
    await alert.getByRole('button', { name: '确认' }).click();
    await alert.waitFor({ state: 'detached' });
    await page.getByText('已确认，记录在操作日志里。').waitFor();
    await until(() => robot.asked > 1);
    expect(Number((await badge.count()) === 0 ? 0 : await badge.textContent())).toBe(before - 1);

    await open('/alerts?state=acknowledged');
    await page.getByRole('row').filter({ hasText: 'yunqi-main' }).getByText('wang.fang').waitFor();
    world.receiver.answer('yunqi', 'accept');
    world.clock.move(31_000);
    await until(() => robot.taken.some(({ raw }) => raw.includes('【恢复】端点已熔断 yunqi-main')));
    await open('/alerts?state=cleared');
    await page
      .getByRole('row')
      .filter({ hasText: '端点已熔断' })
      .filter({ hasText: 'yunqi-main' })
      .first()
      .waitFor();
    const { items } = await world.call<Page<Alert>>('GET', '/alerts?kind=breaker-open&endpointId=yunqi-main');
    expect(items).toMatchObject([{ state: 'cleared', acknowledgedBy: 'wang.fang' }]);
  }, 60_000);

  it('filters by the address bar, says when nothing matches, and resets', async () => {
    const { page } = await signIn(stage(), '/alerts');
    await page.getByRole('row').filter({ hasText: 'riverside-main' }).first().waitFor();
    await page.getByLabel('类型').click();
    await page.getByTitle('客户拒绝过多').click();
    await page.waitForURL(/kind=refusals/);
    await page.getByText('没有符合条件的记录').waitFor();
    await page.getByRole('button', { name: '重置筛选' }).click();
    await page.getByRole('row').filter({ hasText: 'riverside-main' }).first().waitFor();
    await page.getByRole('link', { name: 'riverside-main' }).first().click();
    await page.waitForURL(/\/endpoints\/riverside-main/);
  });

  it('tells an empty list from one that could not be read', async () => {
    const { page, open } = await signIn(stage(), '/tail');
    await page.route('**/v1/alerts?*', (route) => route.fulfill({ json: { items: [], next: null } }));
    await open('/alerts');
    await page.getByText('没有告警').waitFor();
    await page.unroute('**/v1/alerts?*');
    await page.route('**/v1/alerts?*', (route) => route.fulfill({ status: 503, json: {} }));
    await open('/alerts?state=open');
    await page.getByRole('alert').getByRole('button', { name: '重试' }).waitFor();
    await page.unroute('**/v1/alerts?*');
    await page.getByRole('button', { name: '重试' }).click();
    await page.getByRole('row').first().waitFor();
  });

  it('edits a channel without its URL and secret, and deletes it', async () => {
    const { world } = stage();
    const { page } = await signIn(stage(), '/alerts?tab=channels');
    const row = page.getByRole('row').filter({ hasText: 'ops-group' });
    await row.getByText('已停用').waitFor();
    await row.getByRole('button', { name: '编辑' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('消息语言').click();
    await page.getByTitle('English').click();
    await dialog.getByRole('button', { name: '保存' }).click();
    await page.getByText('渠道已保存。').waitFor();
    expect(await world.call('GET', '/alert-channels/ops-group')).toMatchObject({
      language: 'en',
      enabled: false,
      origin: 'https://qyapi.weixin.qq.com',
    });
    await row.getByRole('button', { name: '删除' }).click();
    await page.getByRole('tooltip').getByRole('button', { name: '删除' }).click();
    await row.waitFor({ state: 'detached' });
  });

  it('sets the thresholds', async () => {
    const { world } = stage();
    const { page } = await signIn(stage(), '/alerts?tab=thresholds');
    await page.getByLabel('拒绝次数至少').fill('25');
    await page.getByLabel('且占比至少（%）').fill('12.5');
    await page.getByRole('button', { name: '保存' }).click();
    await page.getByText('阈值已保存，下一次检查时生效。').waitFor();
    expect(await world.call('GET', '/alert-thresholds')).toEqual({
      backlogAgeMs: 900_000,
      refusalsMin: 25,
      refusalsShare: 0.125,
      refusalsWindowMs: 900_000,
    });
  });
});
