import type { Alert, AlertKind } from './alert.ts';
import type { AlertMessage } from './alert-channel.ts';
import type { PauseReason } from './endpoint.ts';
import type { EpochMs } from './ports.ts';
import { hourMs, minuteMs } from './rollup.ts';

/** An alert as a person reads it: a line of its own for each pair. Plain text, without line breaks inside. */
export interface AlertText {
  readonly title: string;
  readonly lines: readonly (readonly [label: string, value: string])[];
}

type Language = 'zh' | 'en';

interface Words {
  readonly raised: string;
  readonly cleared: string;
  readonly endpoint: string;
  readonly customer: string;
  readonly what: string;
  readonly toDo: string;
  readonly raisedAt: string;
  readonly clearedAt: string;
  readonly test: string;
  readonly testWhat: string;
  readonly several: (count: number) => string;
  readonly kinds: Readonly<Record<AlertKind, string>>;
  readonly reasons: Readonly<Record<PauseReason, string>>;
  readonly remedies: Readonly<Record<AlertKind, string>>;
  readonly failures: (failures: number) => string;
  readonly waiting: (since: string, minutes: number) => string;
  readonly refused: (refused: number, settled: number, minutes: number) => string;
}

const zh: Words = {
  raised: '告警',
  cleared: '恢复',
  endpoint: '接收端点',
  customer: '客户',
  what: '情况',
  toDo: '处理',
  raisedAt: '发生时间',
  clearedAt: '恢复时间',
  test: '测试消息',
  testWhat: 'Doorbell 的告警会发到这里。',
  several: (count) => `${count} 条告警消息`,
  kinds: {
    'endpoint-paused': '端点已暂停',
    'breaker-open': '端点已熔断',
    'backlog-age': '通知积压过久',
    refusals: '客户拒绝过多',
  },
  reasons: {
    operator: '人工暂停',
    customer: '客户自行暂停',
    unauthorized: '客户不认签名密钥',
    gone: '客户答复 410，地址已停用',
  },
  remedies: {
    'endpoint-paused': '消除原因后在控制台恢复该端点；积压的通知会按顺序继续推送，不会丢失。',
    'breaker-open': '每 30 秒试探一次，恢复应答后自动继续推送。请确认客户的服务是否在线。',
    'backlog-age': '请查看该端点的推送记录与健康历史。',
    refusals: '请查看被拒绝的通知，并与客户核对。',
  },
  failures: (failures) => `连续失败 ${failures} 次`,
  waiting: (since, minutes) => `最早一条待推送的通知产生于 ${since}，超过了 ${minutes} 分钟的阈值`,
  refused: (refused, settled, minutes) =>
    `最近 ${minutes} 分钟的 ${settled} 条通知中，客户拒绝了 ${refused} 条`,
};

const en: Words = {
  raised: 'Alert',
  cleared: 'Cleared',
  endpoint: 'Endpoint',
  customer: 'Customer',
  what: 'What',
  toDo: 'To do',
  raisedAt: 'Raised at',
  clearedAt: 'Cleared at',
  test: 'Test message',
  testWhat: 'Alerts of Doorbell will arrive here.',
  several: (count) => `${count} alert messages`,
  kinds: {
    'endpoint-paused': 'Endpoint paused',
    'breaker-open': 'Breaker open',
    'backlog-age': 'Notifications wait too long',
    refusals: 'Too many refusals',
  },
  reasons: {
    operator: 'paused by an operator',
    customer: 'paused by the customer',
    unauthorized: 'the customer refuses the sign key',
    gone: 'the customer answered 410: this URL is no more',
  },
  remedies: {
    'endpoint-paused':
      'Mend the cause, then resume the endpoint in the console; what waits goes on in order.',
    'breaker-open': 'It is probed every 30 s and goes on when it answers. Check that the customer is up.',
    'backlog-age': 'Look at the attempts and the health history of the endpoint.',
    refusals: 'Look at the refused notifications, and ask the customer.',
  },
  failures: (failures) => `${failures} failures in a row`,
  waiting: (since, minutes) =>
    `the oldest notification that waits is from ${since}, beyond the threshold of ${minutes} min`,
  refused: (refused, settled, minutes) =>
    `the customer refused ${refused} of ${settled} notifications in the last ${minutes} min`,
};

const words: Readonly<Record<Language, Words>> = { zh, en };

export function alertText(
  { event, alert }: Pick<AlertMessage, 'event' | 'alert'>,
  language: Language,
): AlertText {
  const say = words[language];
  const { endpointId, customerId, clearedAt, raisedAt } = alert;
  const lines: [string, string][] = [
    [say.endpoint, endpointId],
    [say.customer, customerId],
    [say.what, oneLine(situation(alert, say, language))],
    [say.raisedAt, showTime(raisedAt, language)],
  ];
  if (event === 'raised') lines.push([say.toDo, say.remedies[alert.kind]]);
  else if (clearedAt !== null) lines.push([say.clearedAt, showTime(clearedAt, language)]);
  return { title: titled(say[event], `${say.kinds[alert.kind]} ${endpointId}`, language), lines };
}

export function testText(now: EpochMs, language: Language): AlertText {
  const say = words[language];
  const lines = [
    [say.what, say.testWhat],
    [say.raisedAt, showTime(now, language)],
  ] as const;
  return { title: titled(say.test, 'Doorbell', language), lines };
}

/** One heading over several. */
export function headingOf(texts: readonly AlertText[], language: Language): string {
  const [first] = texts;
  return texts.length === 1 && first !== undefined ? first.title : words[language].several(texts.length);
}

function situation(alert: Alert, say: Words, language: Language): string {
  switch (alert.kind) {
    case 'endpoint-paused': {
      const { reason, text } = alert.detail;
      return text === '' ? say.reasons[reason] : `${say.reasons[reason]}: ${text}`;
    }
    case 'breaker-open':
      return say.failures(alert.detail.failures);
    case 'backlog-age': {
      const { oldestPendingAt, thresholdMs } = alert.detail;
      return say.waiting(showTime(oldestPendingAt, language), minutesOf(thresholdMs));
    }
    case 'refusals': {
      const { refused, settled, windowMs } = alert.detail;
      return say.refused(refused, settled, minutesOf(windowMs));
    }
  }
}

function titled(mark: string, what: string, language: Language): string {
  return language === 'zh' ? `【${mark}】${what}` : `[${mark}] ${what}`;
}

const minutesOf = (ms: number): number => Math.round(ms / minuteMs);
const chinaOffsetMs = 8 * hourMs;

/** Beijing time, which knows no summer time, or UTC; to the second. */
function showTime(at: EpochMs, language: Language): string {
  const offsetMs = language === 'zh' ? chinaOffsetMs : 0;
  const text = new Date(at + offsetMs).toISOString().slice(0, 19).replace('T', ' ');
  return language === 'zh' ? `${text}（北京时间）` : `${text} UTC`;
}

const valueCharsMax = 200;

/** What a stranger answered may be among it: one line, no control characters, bounded. */
export function oneLine(text: string): string {
  const printable = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
  return (
    printable.length > valueCharsMax ? `${printable.slice(0, valueCharsMax - 1)}…` : printable
  ).toWellFormed();
}
