import { createHmac } from 'node:crypto';
import { signWebhook } from '@doorbell/contract';
import type { AlertChannel, AlertDispatch, AlertMessage } from './alert-channel.ts';
import { type AlertText, alertText, headingOf, testText } from './alert-text.ts';
import type { EpochMs, SignedRequest } from './ports.ts';

const connectTimeoutMs = 3_000;
const totalTimeoutMs = 10_000;

type Payload = Pick<SignedRequest, 'url' | 'body'> & { readonly headers?: Readonly<Record<string, string>> };

/** What is told: alerts, or nothing but that the channel works. */
interface Told {
  readonly messages: readonly AlertMessage[];
  readonly texts: readonly AlertText[];
  readonly isGood: boolean;
}

/** The request that tells a channel of these messages, in the form that its kind asks for. */
export function alertRequest(
  { channel, messages }: Omit<AlertDispatch, 'epoch'>,
  now: EpochMs,
): SignedRequest {
  const texts = messages.map((message) => alertText(message, channel.language));
  const isGood = messages.every(({ event }) => event === 'cleared');
  return requestOf(channel, { messages, texts, isGood }, now);
}

/** A message that shows that alerts arrive. */
export function alertTestRequest(channel: AlertChannel, now: EpochMs): SignedRequest {
  return requestOf(channel, { messages: [], texts: [testText(now, channel.language)], isGood: true }, now);
}

function requestOf(channel: AlertChannel, told: Told, now: EpochMs): SignedRequest {
  const { url, body, headers = {} } = payloads[channel.kind](channel, told, now);
  return {
    endpointId: `alert-channel/${channel.id}`,
    url,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body,
    connectTimeoutMs,
    totalTimeoutMs,
    inFlightMax: 1,
  };
}

const payloads = { webhook, wecom, dingtalk, feishu } as const satisfies Record<
  AlertChannel['kind'],
  (channel: AlertChannel, told: Told, now: EpochMs) => Payload
>;

/** Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks, `type`, `timestamp` and `data`. */
function webhook(
  { url, secret }: AlertChannel,
  { messages: [message], texts: [text] }: Told,
  now: EpochMs,
): Payload {
  const id = message === undefined ? `alert.test.${now}` : `alert.${message.alert.id}.${message.event}`;
  const data = message === undefined ? {} : shownAlert(message.alert);
  const body = JSON.stringify({
    type: `alert.${message?.event ?? 'test'}`,
    timestamp: new Date(message?.queuedAt ?? now).toISOString(),
    data: { ...data, text: text === undefined ? '' : [text.title, ...linesOf(text)].join('\n') },
  });
  const timestampSeconds = Math.floor(now / 1_000);
  const signature =
    secret === null ? {} : { 'webhook-signature': signWebhook({ id, timestampSeconds, body, secret }) };
  return {
    url,
    body,
    headers: { 'webhook-id': id, 'webhook-timestamp': String(timestampSeconds), ...signature },
  };
}

function shownAlert({
  id,
  kind,
  endpointId,
  customerId,
  raisedAt,
  clearedAt,
  detail,
}: AlertMessage['alert']) {
  return {
    id,
    kind,
    endpointId,
    customerId,
    raisedAt: new Date(raisedAt).toISOString(),
    clearedAt: clearedAt === null ? null : new Date(clearedAt).toISOString(),
    detail,
  };
}

/** https://developer.work.weixin.qq.com/document/path/91770: markdown of at most 4,096 bytes. */
const wecomBytesMax = 4_096;

function wecom({ url, language }: AlertChannel, { texts }: Told): Payload {
  const content = withinBytes(
    `**${plain(headingOf(texts, language))}**\n${markdownOf(texts, '\n')}`,
    wecomBytesMax,
  );
  return { url, body: JSON.stringify({ msgtype: 'markdown', markdown: { content } }) };
}

/**
 * https://open.dingtalk.com/document/robots/custom-robot-access: the signature stands in the URL, HMAC-SHA256 with the
 * secret over the time in milliseconds, a line break and the secret, in base64.
 */
function dingtalk({ url, secret, language }: AlertChannel, { texts }: Told, now: EpochMs): Payload {
  const signed = new URL(url);
  if (secret !== null) {
    signed.searchParams.set('timestamp', String(now));
    signed.searchParams.set('sign', hmacBase64(secret, `${now}\n${secret}`));
  }
  const title = headingOf(texts, language);
  const text = `#### ${plain(title)}\n\n${markdownOf(texts, '\n\n')}`;
  return { url: signed.href, body: JSON.stringify({ msgtype: 'markdown', markdown: { title, text } }) };
}

/**
 * https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot: the signature stands in the body, HMAC-SHA256 over
 * nothing, the key being the time in seconds, a line break and the secret, in base64. The card holds plain text alone.
 */
function feishu({ url, secret, language }: AlertChannel, { texts, isGood }: Told, now: EpochMs): Payload {
  const timestamp = String(Math.floor(now / 1_000));
  const signature = secret === null ? {} : { timestamp, sign: hmacBase64(`${timestamp}\n${secret}`, '') };
  const elements = texts.map((text) => {
    const lines = texts.length === 1 ? linesOf(text) : [text.title, ...linesOf(text)];
    return { tag: 'div', text: { tag: 'plain_text', content: lines.join('\n') } };
  });
  const card = {
    config: { wide_screen_mode: true },
    header: {
      template: isGood ? 'green' : 'red',
      title: { tag: 'plain_text', content: headingOf(texts, language) },
    },
    elements,
  };
  return { url, body: JSON.stringify({ ...signature, msg_type: 'interactive', card }) };
}

function linesOf({ lines }: AlertText): readonly string[] {
  return lines.map(([label, value]) => `${label}: ${value}`);
}

function markdownOf(texts: readonly AlertText[], lineBreak: string): string {
  return texts
    .map((text) => {
      const quoted = linesOf(text).map((line) => `> ${plain(line)}`);
      return [...(texts.length === 1 ? [] : [`**${plain(text.title)}**`]), ...quoted].join(lineBreak);
    })
    .join('\n\n');
}

/** No robot documents a way to escape its markdown; letters that look the same cannot link, mention or colour anything. */
const lookAlikes: Readonly<Record<string, string>> = {
  '<': '＜',
  '>': '＞',
  '[': '［',
  ']': '］',
  '*': '＊',
  '`': '｀',
  '#': '＃',
  '@': '＠',
};

function plain(text: string): string {
  return text.replace(/[<>[\]*`#@]/g, (letter) => lookAlikes[letter] ?? letter);
}

/** Cut between two characters. */
function withinBytes(text: string, bytesMax: number): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= bytesMax) return text;
  return `${new TextDecoder().decode(bytes.subarray(0, bytesMax - 3)).replace(/\uFFFD+$/, '')}…`;
}

function hmacBase64(key: string, text: string): string {
  return createHmac('sha256', key).update(text, 'utf8').digest('base64');
}
