import type { tasks as chinese } from '../zh/tasks.ts';

export const tasks: Record<keyof typeof chinese, string> = {
  'task.find': 'House ID or task ID',
  'task.anyCustomer': 'All customers',
  'task.empty': 'No house tasks yet',
  'task.emptyHint': 'They appear here once the platform reports a first change of state.',
  'task.changes': 'Changes',
  'task.changedAt': 'Last changed',
  'task.transition': 'Transition',
  'task.first': 'first',
  'task.legal': 'legal',
  'task.illegal': 'Off the diagram',
  'task.attempts': '{count} attempts',
  'task.diagramLabel': 'The states that the task went through: {way}',
  'task.knows.yes': '{customer} knows that house {house} is {state}.',
  'task.knows.partly': 'Some endpoints of {customer} know that house {house} is {state}.',
  'task.knows.no': '{customer} does not know yet that house {house} is {state}.',
  'task.knows.soon': '{customer} is being told that house {house} is {state}.',
  'task.knows.nobody': 'Nobody was told: house {house} of {customer} is {state}.',
  'task.knows.nobodyHint': 'The customer had no endpoint when it changed.',
};
