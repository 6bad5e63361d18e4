import { rm } from 'node:fs/promises';
import { askOnce } from '../contender.ts';
import type { PartsFigures } from '../doorbell/parts.ts';
import { type Figures, figuresOf, type Measure, type Row } from '../measure.ts';
import type { Stage } from '../stage.ts';
import { spreadOf } from '../statistics.ts';

const contender = 'parts';

const rows: readonly { readonly name: keyof PartsFigures; readonly what: string; readonly behind: string }[] =
  [
    { name: 'deliver', what: 'part, deliver', behind: 'sign, post, read, interpret; no database' },
    {
      name: 'store',
      what: 'part, database',
      behind: 'SQLite in the same thread: claim, attempt, settle, commit',
    },
    {
      name: 'storeInThread',
      what: 'part, database in its thread',
      behind: 'the same, calls and answers across',
    },
    { name: 'append', what: 'part, append', behind: 'SQLite in the same thread: 64 appends to a commit' },
  ];

/** What the limits on the page are read from. */
export const parts: Measure = {
  name: 'parts',
  about: 'processor time of each part of a delivery and of an append, by itself',
  round: async (stage) => ({ [contender]: await measureParts(stage) }),
  rows: (rounds) =>
    rows.map(
      ({ name, what, behind }): Row => ({
        what,
        figure: spreadOf(figuresOf(rounds, contender, name)),
        unit: 'us',
        goal: null,
        behind,
      }),
    ),
};

async function measureParts(stage: Stage): Promise<Figures> {
  const { url: sinkUrl } = await stage.sink();
  const folder = await stage.newFolder();
  try {
    const task = { folder, sinkUrl, notifications: stage.size(20_000, 8_000) };
    return { ...(await askOnce<PartsFigures>('doorbell/parts.ts', 'measureParts', task)) };
  } finally {
    await rm(folder, { recursive: true });
  }
}
