import type { Notification } from '@doorbell/server/api';

/**
 * What keeps a notification from being delivered: the earlier one of the same task and endpoint that it waits behind, or
 * itself. The earlier one may be on a page that was not read; then the notification stands for it.
 */
export function findObstacle(notification: Notification, all: readonly Notification[]): Notification {
  const { waiting, endpointId } = notification;
  if (waiting?.for !== 'earlier-change' && waiting?.for !== 'parked-task') return notification;
  return (
    all.find((each) => each.endpointId === endpointId && each.sequence === waiting.sequence) ?? notification
  );
}

type Advice = 'resume' | 'wait' | 'mend' | 'resend' | 'ask';

/** What a person does about it; nothing when it was delivered, overtaken, or is about to be sent. */
export function adviceOn({ result, waiting }: Notification): Advice | undefined {
  if (result === 2) return 'ask';
  if (result === 3) return 'resend';
  if (result !== 0) return undefined;
  switch (waiting?.for) {
    case 'endpoint-paused':
      return 'resume';
    case 'breaker':
      return 'wait';
    case 'retry':
      return 'mend';
    case 'parked-task':
      return 'resend';
    default:
      return undefined;
  }
}
