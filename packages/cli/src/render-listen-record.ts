import { reasonCodes } from '@doorbell/contract';
import type { ListenRecord, NotificationRecord } from './listen-record.ts';
import { paint, printable } from './print.ts';
import { stateLabel } from './state-label.ts';

/** One record of `doorbell listen` for people, in one or more lines. */
export function renderListenRecord(record: ListenRecord): string {
  if (record.event === 'listening') return `Listening on ${record.url} (Ctrl-C ends it)`;
  return [headline(record), ...reason(record), ...fields(record)].join('\n');
}

function headline(record: NotificationRecord): string {
  const answered = `answered ${record.answered}`;
  if (!record.verified) return `${paint('red', 'not verified')}, ${answered}`;
  const verdict = record.signed
    ? paint('green', 'verified')
    : paint('yellow', 'unsigned, accepted unverified');
  const counts = [
    record.sequence === null ? '' : `  sequence ${record.sequence}`,
    record.attempt === null ? '' : `  attempt ${record.attempt}`,
  ];
  const task = printable(record.houseTaskId ?? '');
  return `${paint('bold', task)}  ${stateLabel(record.state ?? 0)}${counts.join('')}  ${verdict}, ${answered}`;
}

function reason({ refusal }: NotificationRecord): readonly string[] {
  if (refusal === null) return [];
  return [
    `  ${paint('red', refusal.code)}: ${printable(refusal.detail)}`,
    `  ${paint('dim', reasonCodes[refusal.code])}`,
  ];
}

function fields(record: NotificationRecord): readonly string[] {
  const pairs = Object.entries(record.fields).map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? [] : [`  ${paint('dim', printable(pairs.join('  ')))}`];
}
