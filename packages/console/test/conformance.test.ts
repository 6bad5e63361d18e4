import { readFileSync } from 'node:fs';
import { listCases } from '@doorbell/conformance';
import type { AuditEntry, Page } from '@doorbell/server/api';
import type { Page as BrowserPage } from 'playwright-core';
import { expect, it } from 'vitest';
import acceptedTexts from '../src/pages/endpoints/conformance/accepted-texts.zh.json' with { type: 'json' };
import chinese from '../src/pages/endpoints/conformance/case-texts.zh.json' with { type: 'json' };
import { sayCaseInChinese, sayDetailInChinese } from '../src/pages/endpoints/conformance/say-in-chinese.ts';
import { describeInBrowser } from './world/describe-in-browser.ts';
import { judgeEndpoint } from './world/judge-endpoint.ts';
import { signIn } from './world/operator.ts';

const caseTexts: Readonly<Record<string, { why: string; hint: string }>> = chinese;
const path = (customerId: string) => `/endpoints/${customerId}-main?tab=conformance`;

it('has the words of every case in Chinese, and of no other', () => {
  expect(Object.keys(caseTexts)).toEqual(listCases().map(({ id }) => id));
  const accepts = new Set(listCases().map((each) => each.accepts));
  expect(Object.keys(acceptedTexts).sort()).toEqual([...accepts].sort());
  const english = listCases().flatMap(({ run: _run, ...about }) => {
    const shape = {
      ...about,
      group: '',
      outcome: 'passed',
      detail: null,
      durationMs: 0,
      exchanges: [],
    } as const;
    const { detail: _detail, ...words } = sayCaseInChinese(shape);
    return Object.entries(words).filter(([, text]) => !/\p{Script=Han}/u.test(text));
  });
  expect(english).toEqual([]);
});

it('says in Chinese what the kit finds, quotes what endpoints say, and leaves what it does not know', () => {
  expect(sayDetailInChinese('request 2 of 3: expected success, but the answer was HTTP 500 with oh no')).toBe(
    '第 2 个请求（共 3 个）：应当成功，但答复为 HTTP 500：oh no',
  );
  expect(sayDetailInChinese('envelope-not-json: The response is not JSON: "ok".')).toBe('答复不是 JSON');
  expect(sayDetailInChinese('the moon is too bright')).toBe('the moon is too bright');
});

describeInBrowser('the conformance tab of an endpoint', (stage) => {
  it('begins only when the id of the endpoint is typed, beneath what a run does to the customer', async () => {
    const { page } = await signIn(stage(), path('hillside'));
    await page.getByText('请只对测试环境运行').waitFor();
    const begin = page.getByRole('button', { name: '开始检测' });
    await page.getByLabel('输入端点 ID hillside-main 以确认').fill('hillside');
    expect(await begin.isDisabled()).toBe(true);
    await page.getByLabel('输入端点 ID hillside-main 以确认').fill('hillside-main');
    expect(await begin.isEnabled()).toBe(true);
  });

  it('judges a careful endpoint: a grade, what failed with advice and both sides, the report as files', async () => {
    const { page, complaints } = await signIn(stage(), path('hillside'));
    await judgeEndpoint(page, 'hillside-main');
    await page.getByRole('heading', { name: '符合契约：必须项全部通过' }).waitFor();
    const failed = page.locator('.conformance-failed').first();
    await failed.getByText('修改建议').waitFor();
    await failed
      .getByText(caseTexts[(await failed.locator('code').first().textContent()) ?? '']?.hint ?? '')
      .waitFor();
    expect(await failed.locator('pre').first().textContent()).toMatch(/^POST \/hillside HTTP\/1\.1\n/);
    expect(await page.textContent('#content')).not.toContain('sign-key-of-hillside');

    const report = JSON.parse(await downloaded(page, 'JSON'));
    expect(report).toMatchObject({ conforms: true, grade: expect.stringMatching(/^[ABC]$/) });
    expect(report.results).toHaveLength(listCases().length);
    expect(await downloaded(page, 'JUnit')).toContain(`tests="${listCases().length}"`);

    const audit = await stage().world.call<Page<AuditEntry>>('GET', '/audit-log?action=endpoint.conformance');
    expect(audit.items[0]).toMatchObject({ target: 'hillside-main', after: { runId: report.runId } });
    expect(complaints).toEqual([]);
  });

  it('shows an endpoint that believes everything for what it is', async () => {
    const { page } = await signIn(stage(), path('yunqi'));
    await judgeEndpoint(page, 'yunqi-main');
    await page.getByRole('heading', { name: /不符合契约：\d+ 个必须项未通过/ }).waitFor();
    await page.getByText('F：未通过的必须项超过十分之一').waitFor();
  });

  it('moves on with the run, and can be stopped', async () => {
    stage().world.receiver.handle('anju', () => {});
    const { page } = await signIn(stage(), path('anju'));
    await page.locator('#conformance-endpoint').fill('anju-main');
    await page.keyboard.press('Enter');
    await page.getByRole('progressbar', { name: '检测进度' }).waitFor();
    await page.getByText(`0 / ${listCases().length} 项`).waitFor();
    await page.getByRole('button', { name: '停止' }).click();
    await page.getByText('已停止，没有评级。').waitFor();
    await page.getByText('再次检测').first().click();
    await page.getByLabel('输入端点 ID anju-main 以确认').waitFor();
  });

  it('keeps what was judged when the connection is lost, and says so', async () => {
    const { page } = await signIn(stage(), path('lvcheng'));
    const [one] = listCases();
    const judged = { ...one, group: 'answer', outcome: 'passed', detail: null, durationMs: 3, exchanges: [] };
    await page.route('**/conformance', (route) =>
      route.fulfill({
        contentType: 'text/event-stream',
        body: `event: start\ndata: {"runId":"0badcafe","cases":[]}\n\nevent: case\ndata: ${JSON.stringify(judged)}\n\n`,
      }),
    );
    await page.locator('#conformance-endpoint').fill('lvcheng-main');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('连接中断，检测已停止').waitFor();
    await page.getByText('通过 1').first().waitFor();
  });

  it('says why an unsigned endpoint cannot be judged', async () => {
    const { world } = stage();
    await world.call('PUT', '/endpoints/unsigned-main', {
      customerId: 'anju',
      url: world.receiver.urlOf('anju'),
      signKey: null,
    });
    const { page } = await signIn(stage(), '/endpoints/unsigned-main?tab=conformance', { language: 'en' });
    await page.getByText('This endpoint is unsigned and cannot be judged').waitFor();
  });
});

async function downloaded(page: BrowserPage, button: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ]);
  return readFileSync(await download.path(), 'utf8');
}
