import type { Group } from './fault.ts';

const keptGoing = 'test/faults/hard-times.test.ts';
const killed = 'test/faults/kill-at-each-step.test.ts';
const opening = 'packages/engine/test/sqlite-open.test.ts';
const damage = 'packages/engine/test/sqlite-damage.test.ts';
const commits = 'packages/engine/test/sqlite-group-commit.test.ts';

/** What happens to the process and its machine. */
export const processFaults: Group = [
  {
    number: 1,
    fault: 'kill -9 at each step of a delivery',
    expected: 'nothing lost, in order; twice only from the first byte of a request to its settlement',
    shownBy: [
      { file: killed, named: 'a sender on the embedded database that is killed' },
      { file: killed, named: 'a sender on PostgreSQL that is killed' },
      { command: 'npm run simulate' },
    ],
  },
  {
    number: 2,
    fault: 'kill -9 at any time, again and again',
    expected: 'all that was acknowledged is there',
    shownBy: [
      { file: 'test/e2e/kill.test.ts', named: 'loses none, keeps the order of each task' },
      {
        file: 'packages/engine/test/sqlite-kill.test.ts',
        named: 'leaves all that it acknowledged to the next',
      },
      { command: 'npm run chaos -- --store sqlite' },
    ],
  },
  {
    number: 3,
    fault: 'power cut, with unsynced writes lost or torn',
    expected: 'nothing acknowledged is lost, nothing is corrupt; without FULL sync the same test fails',
    shownBy: [{ command: 'npm run powercut' }],
  },
  {
    number: 4,
    fault: 'a worker stopped for longer than its lease',
    expected: 'what it had not sent is dropped, what it settles late is fenced',
    shownBy: [
      {
        file: 'packages/engine/test/engine.test.ts',
        named: 'a worker that stalled past its lease sends nothing',
      },
      {
        file: 'packages/engine/test/postgres-workers.test.ts',
        named: 'fence the one whose lane was claimed by another',
      },
      { command: 'npm run chaos -- --store postgres' },
    ],
  },
  {
    number: 5,
    fault: 'a worker stopped between its last look at the clock and the write',
    expected: 'at most one duplicate; its settlement changes nothing',
    shownBy: [{ command: 'npm run chaos -- --store postgres' }, { command: 'npm run simulate' }],
  },
  {
    number: 6,
    fault: 'SIGTERM with 288 requests in flight; a second one',
    expected: 'finishes and records them, starts no other, ends with 0; the second ends it at once',
    shownBy: [
      { file: keptGoing, named: 'told to end with 200 requests in flight' },
      { file: 'packages/cli/test/serve.test.ts', named: 'ends at once at a second signal' },
    ],
  },
  {
    number: 7,
    fault: 'the event loop stalls for 30 s',
    expected: 'as a stopped worker; not ready meanwhile',
    shownBy: [
      {
        file: 'packages/engine/test/engine.test.ts',
        named: 'a worker that stalled past its lease sends nothing',
      },
      {
        file: 'packages/server/test/operation.test.ts',
        named: 'readyz fails when the engine has not asked for work',
      },
    ],
  },
  {
    number: 8,
    fault: 'endless answers with a heap of 96 MiB',
    expected: 'bodies are cut off, memory stays bounded',
    shownBy: [{ file: keptGoing, named: 'do not fill the memory' }],
  },
  {
    number: 9,
    fault: 'no file descriptors left',
    expected: 'tries fail and come again, the API answers, nothing crashes',
    shownBy: [{ file: keptGoing, named: 'without file descriptors left' }],
  },
  {
    number: 10,
    fault: 'disk full',
    expected: 'appends are refused with 503 and never acknowledged; it goes on when there is room',
    shownBy: [
      {
        file: commits,
        named: 'rejects writes while the disk is full, and takes them again when there is room',
      },
      {
        file: 'packages/server/test/state-changes.test.ts',
        named: 'a database that fails is answered 503, never 202',
      },
    ],
  },
  {
    number: 11,
    fault: 'a sync fails with EIO',
    expected: 'the process ends with a sentence; nothing acknowledged is lost',
    shownBy: [
      { file: keptGoing, named: 'a failed sync ends the process' },
      { file: commits, named: 'takes no more writes once the disk has failed a commit' },
    ],
  },
  {
    number: 12,
    fault: 'a second process on the same database file',
    expected: 'refuses to start, in a sentence',
    shownBy: [
      { file: opening, named: 'refuses a second owner in a sentence' },
      { file: 'packages/cli/test/serve.test.ts', named: 'refuses data that another server has' },
    ],
  },
  {
    number: 13,
    fault: 'the log file of SQLite is damaged',
    expected: 'what came before the damage is there, nothing in part',
    shownBy: [
      { file: damage, named: 'gives what came before them, and nothing in part' },
      { file: damage, named: 'cut in the middle of a page' },
    ],
  },
  {
    number: 14,
    fault: 'a page of the database file is damaged',
    expected: 'refuses to start, and says to restore a backup',
    shownBy: [{ file: opening, named: 'with damaged pages is refused' }],
  },
  {
    number: 15,
    fault: 'the log file is deleted, or an old backup is put in place',
    expected: 'found at the start, and said',
    shownBy: [{ file: damage, named: 'older than when it was last served' }],
  },
  {
    number: 16,
    fault: 'a reader holds the log file of SQLite for long',
    expected: 'nothing written meanwhile is lost; the size of the log is a metric',
    shownBy: [{ file: damage, named: 'may be read from for as long as someone likes' }],
  },
  {
    number: 17,
    fault: 'an error that nobody caught',
    expected: 'the process ends, the next one goes on',
    shownBy: [{ file: keptGoing, named: 'an error that nobody caught ends the process' }],
  },
  {
    number: 18,
    fault: 'two versions side by side while the schema is migrated',
    expected: 'the older works on until the newer forbids it',
    shownBy: [
      {
        file: 'packages/engine/test/postgres-open.test.ts',
        named: 'works on a newer schema as long as that says it may',
      },
      { file: 'packages/engine/test/postgres-open.test.ts', named: 'migrates once when several processes' },
    ],
  },
];
