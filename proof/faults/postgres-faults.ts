import type { Group } from './fault.ts';

const opening = 'packages/engine/test/postgres-open.test.ts';
const workers = 'packages/engine/test/postgres-workers.test.ts';
const pressure = 'packages/engine/test/postgres-pressure.test.ts';
const plans = 'packages/engine/test/postgres-query-plans.test.ts';

/** What happens to PostgreSQL and on the way to it. */
export const postgresFaults: Group = [
  {
    number: 25,
    fault: 'the server is restarted at once, under load',
    expected: 'nothing acknowledged is lost',
    shownBy: [
      { file: opening, named: 'finds everything that was answered after the server crashed' },
      { command: 'npm run chaos -- --store postgres' },
    ],
  },
  {
    number: 26,
    fault: 'connections are ended, also within a transaction and while a commit is in doubt',
    expected: 'it goes on; a producer repeats its event id and nothing is there twice',
    shownBy: [
      { file: opening, named: 'goes on after the server ended its connections' },
      { file: opening, named: 'survives the end of a connection in the middle of a transaction' },
      {
        file: 'packages/engine/test/postgres-producers.test.ts',
        named: 'answered alike by the function and by the store when an event is repeated',
      },
      { command: 'npm run chaos -- --store postgres' },
    ],
  },
  {
    number: 27,
    fault: 'failover to a replica that lags',
    expected:
      'what the replica had not got is lost, as documented; an old change that comes again is stale to the SDK',
    shownBy: [
      { file: opening, named: 'refuses a standby, and works on it after its promotion' },
      {
        file: 'packages/receiver/test/memory.test.ts',
        named: 'calls a change stale when a later one of its task was handled',
      },
    ],
  },
  {
    number: 28,
    fault: 'PgBouncer in transaction mode',
    expected: 'everything works: nothing of a session is needed',
    shownBy: [
      { file: workers, named: 'need nothing of a session' },
      { file: 'packages/engine/test/store.pgbouncer.test.ts', named: 'PostgreSQL behind PgBouncer' },
    ],
  },
  {
    number: 29,
    fault: 'a transaction that is held for long keeps all old rows',
    expected: 'delivery goes on; the age of the oldest transaction is an alarm',
    shownBy: [{ file: pressure, named: 'keeps all old rows for a long transaction' }],
  },
  {
    number: 30,
    fault: "a producer's transaction stays open on one task",
    expected: 'only that lane waits',
    shownBy: [{ file: workers, named: 'are told that a lane is busy while a producer has it locked' }],
  },
  {
    number: 31,
    fault: 'batches that touch the same tasks in opposite order',
    expected: 'no deadlock',
    shownBy: [{ file: workers, named: 'do not deadlock with batches' }],
  },
  {
    number: 32,
    fault: 'no connection left',
    expected: 'a sentence that says what to do; it serves when there is one',
    shownBy: [{ file: pressure, named: 'has no connection left' }],
  },
  {
    number: 33,
    fault: 'the connection for hints is ended',
    expected: 'polling finds the work, and hints come again',
    shownBy: [{ file: pressure, named: 'ended the connection for hints' }],
  },
  {
    number: 34,
    fault: 'statistics of an empty table when a million lanes are there',
    expected: 'the plans of the hot statements hold',
    shownBy: [{ file: plans, named: 'a claim walks' }],
  },
  {
    number: 35,
    fault: 'vacuum does not come for long',
    expected: 'the lanes stay deliverable; dead rows are an alarm',
    shownBy: [{ file: pressure, named: 'whose lanes nobody vacuums' }],
  },
  {
    number: 36,
    fault: 'a read-only standby is given as the database',
    expected: 'refused at the start, in a sentence',
    shownBy: [{ file: opening, named: 'refuses a server that only reads' }],
  },
  {
    number: 37,
    fault: 'serialization failures, deadlocks and ended connections, by their codes',
    expected: 'the first two are tried again, the others reported',
    shownBy: [{ file: pressure, named: 'answers with a deadlock or a serialization failure' }],
  },
];
