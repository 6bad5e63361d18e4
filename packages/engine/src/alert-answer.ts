import type { AlertChannelKind } from './alert-channel.ts';
import { oneLine } from './alert-text.ts';
import type { Reply } from './ports.ts';

/** What a channel answered. */
export interface AlertAnswer {
  readonly ok: boolean;
  /** It was too much; a while without messages is asked for. */
  readonly isThrottled: boolean;
  readonly httpStatus: number | null;
  /** One line for people: the code and what it says. */
  readonly detail: string;
}

/** The codes by which robots say, at HTTP 200, that they took too many messages. */
const throttledCodes: Readonly<Record<AlertChannelKind, readonly number[]>> = {
  webhook: [],
  wecom: [45_009],
  dingtalk: [130_101, 410_100],
  feishu: [11_232, 11_233],
};

/** A robot answers HTTP 200 to what it did not take as well: its code decides, and no code is a failure. */
export function readAlertAnswer(kind: AlertChannelKind, reply: Reply): AlertAnswer {
  if (reply.kind === 'failure') {
    return {
      ok: false,
      isThrottled: false,
      httpStatus: null,
      detail: oneLine(`${reply.reason}: ${reply.detail}`),
    };
  }
  const { httpStatus } = reply;
  const text = new TextDecoder().decode(reply.body);
  const isGood = httpStatus >= 200 && httpStatus < 300;
  const detail = oneLine(`HTTP ${httpStatus} ${text}`);
  const isThrottled = httpStatus === 429;
  if (kind === 'webhook' || !isGood) return { ok: isGood, isThrottled, httpStatus, detail };
  const code = codeOf(kind, text);
  return {
    ok: code === 0,
    isThrottled: code !== undefined && throttledCodes[kind].includes(code),
    httpStatus,
    detail: code === undefined ? oneLine(`HTTP ${httpStatus}, no answer of a robot: ${text}`) : detail,
  };
}

/** Feishu's older robots say StatusCode. */
function codeOf(kind: AlertChannelKind, text: string): number | undefined {
  const answer = parsed(text);
  const code = kind === 'feishu' ? (answer.code ?? answer.StatusCode) : answer.errcode;
  return typeof code === 'number' ? code : undefined;
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
