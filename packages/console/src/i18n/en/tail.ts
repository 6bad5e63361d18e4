import type { tail as chinese } from '../zh/tail.ts';

export const tail: Record<keyof typeof chinese, string> = {
  'tail.at': 'At',
  'tail.outcome': 'Outcome',
  'tail.pause': 'Pause',
  'tail.goOn': 'Go on',
  'tail.paused': 'Display paused',
  'tail.connecting': 'Connecting',
  'tail.live': 'Live',
  'tail.lost': 'Connection lost, connecting again',
  'tail.count': '{taken} attempts since this page was opened; the last {rows} are kept.',
  'tail.dropped': '{count} more came than could be shown; all of them are under Notifications.',
  'tail.empty': 'Waiting for the next one',
  'tail.emptyHint': 'From now on every attempt appears here as it settles.',
};
