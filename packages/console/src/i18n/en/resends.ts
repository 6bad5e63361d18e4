import type { resends as chinese } from '../zh/resends.ts';

export const resends: Record<keyof typeof chinese, string> = {
  'resend.open': 'Resend all',
  'resend.title': 'Resend what matches the filter',
  'resend.needFilter': 'Set a filter first; then what matches it can be resent.',
  'resend.matches': '{count} notifications match',
  'resend.atLeast': '{count} or more notifications match',
  'resend.sample': 'Some of them',
  'resend.warning':
    'What was delivered goes out again as well, so that the customer gets it once more; the order within a task holds.',
  'resend.warningOwn':
    'What was delivered goes out to your endpoints again as well; the order within a task holds.',
  'resend.tooMany':
    'More than {count} match, which is the most at a time. Narrow the filter, to a shorter period for example.',
  'resend.byCustomer': 'customer {id}',
  'resend.type': 'Type the number {count} to confirm',
  'resend.start': 'Start resending',
  'resend.nothing': 'Nothing matches',
  'resend.stop': 'Stop',
  'resend.stopHint': 'What was queued already still goes out.',
  'resend.running': 'Running',
  'resend.done': 'Done',
  'resend.stopped': 'Stopped',
  'resend.progress': 'Progress',
  'resend.counts': '{done} / {total} looked at, {resent} queued again',
  'resend.startedBy': 'Started by',
  'resend.startedAt': 'Started',
  'resend.filter': 'Filter',
  'resend.empty': 'Nothing was resent in bulk yet',
  'resend.emptyHint': 'Set a filter under Notifications, then choose "Resend all".',
  'resend.toList': 'To the notifications',
};
