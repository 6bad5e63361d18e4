import type { Group } from './fault.ts';

const vectors = 'packages/contract/test/vectors.test.ts';
const interpret = 'packages/engine/test/interpret.test.ts';
const stateChanges = 'packages/server/test/state-changes.test.ts';
const policy = 'packages/engine/test/network-policy.test.ts';
const guard = 'packages/engine/test/http-transport-guard.test.ts';
const forgery = 'packages/receiver/test/forgery.test.ts';

/** What envelopes, changes and attackers can hold. */
export const contentFaults: Group = [
  {
    number: 56,
    fault: 'broken JSON, HTML with 200, JSON with something behind it',
    expected: 'no envelope: tried again',
    shownBy: [
      { file: vectors, named: 'envelope.json' },
      { file: interpret, named: 'HTML' },
    ],
  },
  {
    number: 57,
    fault: 'state as text, fraction, true, null, list, or missing',
    expected: 'no envelope: tried again',
    shownBy: [
      { file: vectors, named: 'envelope.json' },
      { file: interpret, named: 'state' },
    ],
  },
  {
    number: 58,
    fault: 'a byte order mark; UTF-16',
    expected: 'the mark is passed over; UTF-16 is no envelope',
    shownBy: [{ file: vectors, named: 'envelope.json' }],
  },
  {
    number: 59,
    fault: 'a name twice',
    expected: 'no envelope: two parsers could read two things',
    shownBy: [{ file: vectors, named: 'envelope.json' }],
  },
  {
    number: 60,
    fault: 'deep nesting, __proto__, huge numbers',
    expected: 'no exception, no overflow',
    shownBy: [{ file: vectors, named: 'envelope.json' }, { command: 'npm run fuzz' }],
  },
  {
    number: 61,
    fault: 'HTTP 200 with state 500; HTTP 500 with state 200',
    expected: 'neither is a success',
    shownBy: [{ file: interpret, named: 'what a reply means' }],
  },
  {
    number: 62,
    fault: 'scripts and terminal codes in an answer',
    expected: 'kept to 1 KiB, shown as text',
    shownBy: [
      { file: interpret, named: 'keeps at most 1 KiB' },
      { file: 'packages/cli/test/pure-parts.test.ts', named: 'escapes what could drive a terminal' },
    ],
  },
  {
    number: 63,
    fault: 'NUL and lone surrogates',
    expected: 'refused at the API; in an answer they cannot fail their batch',
    shownBy: [
      { file: 'packages/engine/test/append.test.ts', named: 'is named by its place' },
      {
        file: 'packages/engine/test/postgres-workers.test.ts',
        named: 'keep an answer that no text of PostgreSQL can hold',
      },
      {
        file: 'packages/engine/test/postgres-workers.test.ts',
        named: 'settle the rest of a batch when one record cannot be stored',
      },
    ],
  },
  {
    number: 64,
    fault: 'emoji, direction marks, names of a megabyte',
    expected: 'kept as they are; too much is 413 or named, at the API and never at sending',
    shownBy: [
      { file: 'packages/server/test/request-body.test.ts', named: 'a body of 10 MB is answered with 413' },
      { file: stateChanges, named: 'every offending field' },
      { file: vectors, named: 'form.json' },
    ],
  },
  {
    number: 65,
    fault: 'every spelling of a form',
    expected: 'the published vectors',
    shownBy: [{ file: vectors, named: 'form.json' }, { command: 'npm run fuzz' }],
  },
  {
    number: 66,
    fault: 'a notification that is always refused or never accepted',
    expected: 'only its task waits; the end is recorded',
    shownBy: [
      {
        file: 'packages/engine/test/engine.test.ts',
        named: 'a change that keeps failing holds up its own task',
      },
      { file: 'packages/engine/test/engine.test.ts', named: 'end after 72 hours with result 3' },
    ],
  },
  {
    number: 67,
    fault: 'a million changes waiting for one dead endpoint',
    expected: 'the others do not notice; it drains in order when it is back',
    shownBy: [
      {
        file: 'packages/engine/test/engine.test.ts',
        named: 'an endpoint that is unplugged holds up no other',
      },
      { command: 'npm run bench -- isolation' },
    ],
  },
  {
    number: 68,
    fault: 'one task with 20,000 changes waiting',
    expected: 'the others do not notice',
    shownBy: [
      {
        file: 'packages/engine/test/postgres-pressure.test.ts',
        named: 'with one task of 20,000 changes waiting',
      },
    ],
  },
  {
    number: 69,
    fault: 'addresses inside, in every spelling',
    expected: 'refused when saved and when connecting',
    shownBy: [
      { file: policy, named: 'URLs' },
      { file: guard, named: 'sends nothing to' },
      { command: 'npm run fuzz' },
    ],
  },
  {
    number: 70,
    fault: 'a name that moves to an inside address',
    expected: 'refused when connecting',
    shownBy: [
      { file: guard, named: 'refuses a name that has moved' },
      { file: guard, named: 'when a name resolves to it' },
    ],
  },
  {
    number: 71,
    fault: 'replays, moved characters, extended hashes, every wrong spelling of sign and timestamp',
    expected: 'refused by the SDK with a code',
    shownBy: [
      { file: forgery, named: '' },
      { file: 'packages/receiver/test/receive.test.ts', named: 'is refused as' },
      { command: 'npm run conformance' },
    ],
  },
  {
    number: 72,
    fault: 'the same notification fifty times at once; a crash between effect and answer',
    expected: 'one effect',
    shownBy: [
      { file: 'packages/receiver/test/repeats.test.ts', named: '50 copies, one run' },
      { file: 'packages/receiver/test/crash.test.ts', named: '' },
    ],
  },
];
