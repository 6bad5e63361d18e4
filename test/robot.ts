import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export type RobotKind = 'webhook' | 'wecom' | 'dingtalk' | 'feishu';

/** What a robot took. */
export interface RobotMessage {
  readonly headers: IncomingHttpHeaders;
  readonly raw: string;
  // biome-ignore lint/suspicious/noExplicitAny: read as the robot reads it.
  readonly json: any;
}

export interface Robot {
  readonly url: string;
  /** Taken, in the order of their arrival; what was refused is not among them. */
  readonly taken: readonly RobotMessage[];
  /** How many requests arrived, refused ones included. */
  readonly asked: number;
  /** Answers so from now on; null: as the kind does. */
  answerWith(answer: { status: number; body: string; location?: string } | null): void;
  close(): Promise<void>;
}

const hourMs = 3_600_000;
const base64 = (key: string | Buffer, text: string) =>
  createHmac('sha256', key).update(text).digest('base64');

/**
 * A robot on a real socket that takes and refuses what the real one does, with the same answers: errors at HTTP 200 and
 * a code. The signatures are checked by the words of the vendors' pages, not by the code under test.
 */
export async function startRobot(
  kind: RobotKind,
  { secret = null, now = Date.now }: { readonly secret?: string | null; readonly now?: () => number } = {},
): Promise<Robot> {
  const taken: RobotMessage[] = [];
  let asked = 0;
  let told: Parameters<Robot['answerWith']>[0] = null;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked += 1;
      const raw = Buffer.concat(chunks).toString('utf8');
      const query = new URL(request.url ?? '', 'http://robot').searchParams;
      const answer = told ?? judges[kind]({ headers: request.headers, raw, query, secret, now: now() });
      if ('refusal' in answer) {
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.refusal);
        return;
      }
      const location = answer.location === undefined ? {} : { location: answer.location };
      response.writeHead(answer.status, { 'content-type': 'application/json', ...location }).end(answer.body);
      if (told === null) taken.push({ headers: request.headers, raw, json: JSON.parse(raw) });
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${paths[kind]}`,
    taken,
    get asked() {
      return asked;
    },
    answerWith(answer) {
      told = answer;
    },
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const paths: Readonly<Record<RobotKind, string>> = {
  webhook: '/alerts',
  wecom: '/cgi-bin/webhook/send?key=693a91f6-canary-wecom-key',
  dingtalk: '/robot/send?access_token=canary-dingtalk-token',
  feishu: '/open-apis/bot/v2/hook/canary-feishu-hook',
};

interface Asked {
  readonly headers: IncomingHttpHeaders;
  readonly raw: string;
  readonly query: URLSearchParams;
  readonly secret: string | null;
  readonly now: number;
}

type Answer = { status: number; body: string; location?: string } | { status: number; refusal: string };

const ok = (answer: unknown): Answer => ({ status: 200, body: JSON.stringify(answer) });
const refuse = (answer: unknown, status = 200): Answer => ({ status, refusal: JSON.stringify(answer) });

const judges: Readonly<Record<RobotKind, (asked: Asked) => Answer>> = {
  webhook({ headers, raw, secret, now }) {
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers;
    const key = Buffer.from((secret ?? '').replace('whsec_', ''), 'base64');
    const expected = `v1,${base64(key, `${id}.${timestamp}.${raw}`)}`;
    const isLate = Math.abs(now - Number(timestamp) * 1_000) > 300_000;
    return secret !== null && (signature !== expected || isLate)
      ? refuse({ error: 'signature' }, 401)
      : ok({});
  },
  // errcode 40058: a parameter does not meet what the page says.
  wecom({ raw }) {
    const { msgtype, markdown } = JSON.parse(raw);
    const bytes = Buffer.byteLength(markdown?.content ?? '', 'utf8');
    if (msgtype !== 'markdown' || bytes === 0 || bytes > 4_096) {
      return refuse({
        errcode: 40_058,
        errmsg: 'markdown.content exceed max length 4096. invalid Request Parameter',
      });
    }
    return ok({ errcode: 0, errmsg: 'ok' });
  },
  dingtalk({ raw, query, secret, now }) {
    const timestamp = query.get('timestamp') ?? '';
    const isSigned = query.get('sign') === base64(secret ?? '', `${timestamp}\n${secret}`);
    if (secret !== null && (!isSigned || Math.abs(now - Number(timestamp)) > hourMs)) {
      return refuse({ errcode: 310_000, errmsg: 'sign not match, more: [https://ding-doc.dingtalk.com]' });
    }
    const { msgtype, markdown } = JSON.parse(raw);
    if (query.get('access_token') !== 'canary-dingtalk-token')
      return refuse({ errcode: 300_001, errmsg: 'token is not exist' });
    if (msgtype !== 'markdown' || !markdown?.title || !markdown?.text)
      return refuse({ errcode: 40_035, errmsg: 'param' });
    return ok({ errcode: 0, errmsg: 'ok' });
  },
  feishu({ raw, secret, now }) {
    const { timestamp, sign, msg_type, card } = JSON.parse(raw);
    const isSigned = sign === base64(`${timestamp}\n${secret}`, '');
    if (secret !== null && (!isSigned || Math.abs(now - Number(timestamp) * 1_000) > hourMs)) {
      return refuse({
        code: 19_021,
        data: {},
        msg: 'sign match fail or timestamp is not within one hour from current time',
      });
    }
    if (msg_type !== 'interactive' || !card?.elements?.length)
      return refuse({ code: 9_499, msg: 'Bad Request', data: {} });
    return ok({ code: 0, msg: 'success', data: {}, StatusCode: 0, StatusMessage: 'success' });
  },
};
