import { findTaskState, responseStates } from '@doorbell/contract';
import type { Outcome, Reading } from '@doorbell/engine';
import { paint, printable } from './print.ts';
import type { SignedNotification } from './signed-notification.ts';

export interface Exchange {
  readonly url: string;
  readonly notification: SignedNotification;
  readonly reading: Reading;
  readonly durationMs: number;
}

const consequences: Readonly<Record<Outcome, string>> = {
  accepted: 'Doorbell would record it as delivered.',
  refused:
    'Doorbell would record it as refused, not send it again, and go on to the next change of the task.',
  retry: 'Doorbell would send it again: after 5 s, 30 s, 2 min and so on, for 72 hours.',
  misconfigured: 'Doorbell would pause the endpoint until someone resumes it; nothing would be lost.',
};

/** The whole exchange for people: what went out, what it says, what was signed, what came back, what it means. */
export function renderExchange(exchange: Exchange): string {
  const { notification, reading } = exchange;
  return [
    ...requestLines(exchange.url, notification),
    '',
    ...fieldLines(notification),
    '',
    `${paint('bold', 'signed text')}  ${printable(notification.signedText ?? 'none: sent unsigned')}`,
    '',
    ...responseLines(exchange),
    '',
    `${paint(reading.outcome === 'accepted' ? 'green' : 'red', reading.outcome)} (${reading.reason})  ${printable(reading.detail)}`,
    consequences[reading.outcome],
  ].join('\n');
}

function requestLines(url: string, { headers, body }: SignedNotification): readonly string[] {
  const { host, pathname, search } = new URL(url);
  const lines = [`POST ${pathname}${search} HTTP/1.1`, `host: ${host}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${printable(value)}`);
  return [...lines, '', body].map((line) => `> ${line}`.trimEnd());
}

function fieldLines({ fields }: SignedNotification): readonly string[] {
  const width = Math.max(...[...fields.keys()].map((name) => name.length));
  return [...fields].map(([name, value]) => {
    const state = name === 'state' ? findTaskState(Number(value)) : undefined;
    const meaning = state === undefined ? '' : `  ${paint('dim', `${state.zh} ${state.en}`)}`;
    return `${paint('bold', name.padEnd(width))}  ${printable(value)}${meaning}`;
  });
}

function responseLines({ reading, durationMs }: Exchange): readonly string[] {
  if (reading.httpStatus === null) return [`< no answer after ${durationMs} ms`];
  const state = responseStates.find(({ code }) => code === reading.responseState);
  const envelope =
    reading.responseState === null
      ? []
      : [`< state ${reading.responseState}${state === undefined ? '' : `: ${state.zh} ${state.en}`}`];
  return [
    `< HTTP ${reading.httpStatus} after ${durationMs} ms`,
    `< ${printable(reading.responseBody ?? '')}`.trimEnd(),
    ...envelope,
  ];
}
