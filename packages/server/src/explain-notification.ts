import type { Notification } from '@doorbell/engine';

/** One sentence or two for people: where the notification stands, why, and what moves it on. */
export function explainNotification(notification: Notification): string {
  const tried = triedSoFar(notification);
  switch (notification.result) {
    case 1:
      return `Delivered: the customer accepted it${notification.attempts > 1 ? `, after ${times(notification.attempts)} in all` : ''}.`;
    case 2:
      return `Refused: the customer answered 403, which is final for this notification.${tried}`;
    case 3:
      return `Failed: it was given up, after ${times(notification.attempts)} in all.${tried} Resend it once the cause is mended.`;
    case 4:
      return `Superseded: a newer change of the task overtook it ${unaccepted(notification)}; the endpoint asked for the latest only.${tried}`;
    default:
      return `Pending: ${waitingFor(notification)}${tried}`;
  }
}

function waitingFor({ waiting }: Notification): string {
  switch (waiting?.for) {
    case 'answer':
      return 'it is being sent now.';
    case 'retry':
      return `it will be tried again at ${iso(waiting.dueAt)}.`;
    case 'earlier-change':
      return `it waits for change ${waiting.sequence} of the same task, because a task is notified in order.`;
    case 'parked-task':
      return `the task is parked at change ${waiting.sequence}, which was given up; resend that one to go on.`;
    case 'endpoint-paused':
      return `the endpoint is paused since ${iso(waiting.since)} (${waiting.reason}: ${ended(waiting.detail)}) Resume it to go on.`;
    case 'breaker':
      return `the endpoint failed too often in a row; it is probed again at ${iso(waiting.probeAt)}.`;
    default:
      return 'it is due and will be sent in a moment.';
  }
}

function triedSoFar({ lastAttempt }: Notification): string {
  return lastAttempt === null ? '' : ` Last attempt, at ${iso(lastAttempt.at)}: ${ended(lastAttempt.detail)}`;
}

/** What a customer answered may end it, without a full stop. */
function ended(text: string): string {
  return /[.!?。！？]$/.test(text) ? text : `${text}.`;
}

function unaccepted({ attempts }: Notification): string {
  return attempts === 0
    ? 'before it was sent'
    : `after ${times(attempts)}, ${attempts === 1 ? 'which was not' : 'none of them'} accepted`;
}

function times(count: number): string {
  return count === 1 ? '1 attempt' : `${count} attempts`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
