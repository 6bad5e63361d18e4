import type { Group } from './fault.ts';

const fairness = 'packages/engine/test/fairness.test.ts';
const producers = 'packages/engine/test/postgres-producers.test.ts';

/** What clocks and calendars do. */
export const timeFaults: Group = [
  {
    number: 19,
    fault: 'the clock of a worker jumps an hour either way',
    expected: 'no retry is late, no lease of a live request ends',
    shownBy: [
      { file: fairness, named: 'may be set back without delaying a retry' },
      { file: fairness, named: 'may be set forward without ending the lease' },
      {
        file: 'packages/engine/test/sqlite-open.test.ts',
        named: 'does not let time go back behind what is recorded',
      },
    ],
  },
  {
    number: 20,
    fault: 'the clock of the database jumps forward',
    expected:
      'leases end early: at most a duplicate for each request in flight, nothing lost, late settlements fenced',
    shownBy: [
      {
        file: 'packages/engine/test/postgres-workers.test.ts',
        named: 'fence the one whose lane was claimed by another',
      },
      { command: 'npm run simulate' },
    ],
  },
  {
    number: 21,
    fault: 'a worker ten minutes away from the database',
    expected: 'leases and due times are those of the database',
    shownBy: [{ file: producers, named: 'leave times to the clock of the server' }],
  },
  {
    number: 22,
    fault: 'other time zones, and the change to summer time',
    expected: 'the same bytes',
    shownBy: [{ file: 'test/faults/hard-times.test.ts', named: 'signed alike in every time zone' }],
  },
  {
    number: 23,
    fault: 'a leap day, 2038, the last 13-digit millisecond',
    expected: 'times are whole milliseconds of 13 digits',
    shownBy: [
      { file: 'test/faults/hard-times.test.ts', named: 'signed alike in every time zone' },
      { file: 'packages/contract/test/signature.test.ts', named: 'is thirteen digits: milliseconds' },
      { file: 'packages/server/test/request-body.test.ts', named: 'also in a leap year, may be asked for' },
    ],
  },
  {
    number: 24,
    fault: 'the clock of a receiver is six minutes away',
    expected: 'the SDK refuses and says so; the sender tries again or pauses',
    shownBy: [
      { file: 'packages/receiver/test/receive.test.ts', named: 'may be signed -300000 ms away from now' },
      { file: 'packages/receiver/test/receive.test.ts', named: 'is refused as timestamp-' },
    ],
  },
];
