import { type AlertAnswer, readAlertAnswer } from './alert-answer.ts';
import {
  type AlertChannel,
  type AlertDispatch,
  type AlertDispatchSettlement,
  type AlertMessage,
  type AlertMessageStep,
  alertPace,
} from './alert-channel.ts';
import { alertRequest, alertTestRequest } from './alert-request.ts';
import type { Clock, EpochMs, StoreAdmin, Transport } from './ports.ts';
import { hourMs, minuteMs } from './rollup.ts';

export interface SendPorts {
  readonly store: Pick<StoreAdmin, 'claimAlertDispatches' | 'settleAlertDispatch'>;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly observer: SendObserver;
}

/** Told what happens. Must not throw. */
export interface SendObserver {
  alertsSent(dispatch: AlertDispatch, settlement: AlertDispatchSettlement): void;
  failed(doing: string, error: unknown): void;
}

const pollMs = 2_000;
const dispatchesAtOnceMax = 16;
/** Longer than a request may take. */
const leaseMs = 30_000;
/** After the first try, the second, ...; the last one again and again. */
const retryDelaysMs: readonly number[] = [10_000, 30_000, 2 * minuteMs, 10 * minuteMs, 30 * minuteMs, hourMs];
/** What could not be sent for so long is news no more. */
const giveUpAfterMs = 24 * hourMs;
const never = new AbortController().signal;

/** Sends what waits for alert channels until `stop` aborts, then ends what is under way. At least once, with retries for a day. */
export async function sendAlerts(ports: SendPorts, stop: AbortSignal): Promise<void> {
  const { store, clock, observer } = ports;
  const underWay = new Set<Promise<void>>();
  while (!stop.aborted) {
    try {
      const room = dispatchesAtOnceMax - underWay.size;
      for (const dispatch of await store.claimAlertDispatches(room, leaseMs)) {
        const sending = send(dispatch, ports).finally(() => underWay.delete(sending));
        underWay.add(sending);
      }
    } catch (error) {
      observer.failed('claim alert messages', error);
    }
    const oneIsDone = new AbortController();
    const napping = clock.sleep(pollMs, AbortSignal.any([stop, oneIsDone.signal]));
    await Promise.race([napping, ...underWay]);
    oneIsDone.abort();
  }
  await Promise.all(underWay);
}

async function send(
  dispatch: AlertDispatch,
  { store, transport, clock, observer }: SendPorts,
): Promise<void> {
  try {
    const request = alertRequest(dispatch, clock.now());
    // Also once told to stop: it takes seconds, and what is cut off would be sent twice.
    const answer = readAlertAnswer(dispatch.channel.kind, await transport.post(request, never));
    const settlement = settlementOf(dispatch, answer, clock.now());
    if (await store.settleAlertDispatch(settlement)) observer.alertsSent(dispatch, settlement);
  } catch (error) {
    observer.failed('send alerts', error);
  }
}

/** Sends a message that is no alert, now and once; nothing is recorded. */
export async function sendTestAlert(
  channel: AlertChannel,
  { transport, clock }: Pick<SendPorts, 'transport' | 'clock'>,
  signal: AbortSignal,
): Promise<AlertAnswer> {
  return readAlertAnswer(channel.kind, await transport.post(alertTestRequest(channel, clock.now()), signal));
}

function settlementOf(
  { channel, epoch, messages }: AlertDispatch,
  { ok, isThrottled, detail }: AlertAnswer,
  now: EpochMs,
): AlertDispatchSettlement {
  const { betweenMs, throttledMs } = alertPace[channel.kind];
  return {
    channelId: channel.id,
    epoch,
    pauseMs: isThrottled ? throttledMs : betweenMs,
    failure: ok ? null : detail,
    steps: messages.map((message) => ({ messageId: message.id, step: stepOf(message, ok, now) })),
  };
}

function stepOf({ attempt, queuedAt }: AlertMessage, ok: boolean, now: EpochMs): AlertMessageStep {
  if (ok) return { kind: 'sent' };
  const delayMs = retryDelaysMs[Math.min(attempt, retryDelaysMs.length) - 1] ?? hourMs;
  return now + delayMs - queuedAt > giveUpAfterMs ? { kind: 'given-up' } : { kind: 'retry', delayMs };
}
