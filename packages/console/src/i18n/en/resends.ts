import type { resends as chinese } from '../zh/resends.ts';

export const resends: Record<keyof typeof chinese, string> = {
  'resend.open': 'Resend all',
  'resend.title': 'Resend what matches the filter',
  'resend.needFilter': 'Set a filter first; then what matches it can be resent.',
  'resend.matches': '{count} notifications match',
  'resend.atLeast': '{count} or more notifications match; no more than that is resent at once',
  'resend.sample': 'Some of them',
  'resend.warning':
    'What was delivered goes out again as well, so that the customer gets it once more; the order within a task holds.',
  'resend.type': 'Type the number {count} to confirm',
  'resend.start': 'Start resending',
  'resend.nothing': 'Nothing matches',
  'resend.resent': '{count} queued again; they go out in the order of their tasks.',
};
