import type { Alert, AlertKind } from './alert.ts';
import type { EpochMs } from './ports.ts';

export const alertChannelKinds = ['webhook', 'wecom', 'dingtalk', 'feishu'] as const;
export type AlertChannelKind = (typeof alertChannelKinds)[number];

/** Where alerts are sent. Held with plain URL and secret in memory only: who knows a robot's URL may write to its group. */
export interface AlertChannel {
  readonly id: string;
  readonly kind: AlertChannelKind;
  readonly url: string;
  /** webhook: `whsec_` and base64; dingtalk and feishu: what the robot's page shows, if signing is on; wecom: null. */
  readonly secret: string | null;
  readonly wants: readonly AlertKind[];
  readonly language: 'zh' | 'en';
  readonly enabled: boolean;
  readonly lastSentAt: EpochMs | null;
  readonly lastFailedAt: EpochMs | null;
  /** What came of the last message that did not arrive. */
  readonly lastFailure: string | null;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
}

/** What is needed to create or replace a channel; `undefined` keeps what is stored. */
export interface AlertChannelDraft
  extends Pick<AlertChannel, 'id' | 'kind' | 'wants' | 'language' | 'enabled'> {
  readonly url: string | undefined;
  readonly secret: string | null | undefined;
}

/** That an alert was raised or cleared, for one channel. */
export interface AlertMessage {
  readonly id: number;
  readonly event: 'raised' | 'cleared';
  /** 1 for the first try. */
  readonly attempt: number;
  readonly queuedAt: EpochMs;
  readonly alert: Alert;
}

/** One request to one channel, which nobody else sends to until it is settled or its lease has ended. */
export interface AlertDispatch {
  readonly channel: AlertChannel;
  /** The fence: settling is refused when the channel was claimed again since. */
  readonly epoch: number;
  readonly messages: readonly AlertMessage[];
}

export interface AlertDispatchSettlement {
  readonly channelId: string;
  readonly epoch: number;
  /** For how long nothing more is sent to the channel. */
  readonly pauseMs: number;
  /** null when it arrived. */
  readonly failure: string | null;
  readonly steps: readonly { readonly messageId: number; readonly step: AlertMessageStep }[];
}

export type AlertMessageStep =
  | { readonly kind: 'sent' }
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'given-up' };

interface Pace {
  /** How many messages one request may hold. */
  readonly messagesMax: number;
  readonly betweenMs: number;
  /** After an answer that it was too much. */
  readonly throttledMs: number;
}

/**
 * WeCom and DingTalk take 20 messages a minute, and DingTalk takes none for ten minutes after more than that; Feishu
 * takes 100. So a robot gets several alerts in one message, and a webhook, which has no such limit, each by itself.
 */
export const alertPace: Readonly<Record<AlertChannelKind, Pace>> = {
  webhook: { messagesMax: 1, betweenMs: 0, throttledMs: 60_000 },
  wecom: { messagesMax: 5, betweenMs: 3_500, throttledMs: 60_000 },
  dingtalk: { messagesMax: 5, betweenMs: 3_500, throttledMs: 600_000 },
  feishu: { messagesMax: 5, betweenMs: 1_000, throttledMs: 60_000 },
};
