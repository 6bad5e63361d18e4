import { rm } from 'node:fs/promises';
import { createApiKey } from '../doorbell/serve.ts';
import { formatCount } from '../format.ts';
import { type Figures, figuresOf, inTurns, type Measure } from '../measure.ts';
import { withSqliteBacklog } from '../prepared-backlog.ts';
import { serveBacklog, servedBacklogEnvironment } from '../served-backlog.ts';
import type { Stage } from '../stage.ts';
import { spreadOf } from '../statistics.ts';

const empty = 'empty';
const full = 'full';

export const start: Measure = {
  name: 'start',
  about: 'from the start of the process to ready, on an empty database and on one of 1,000,000 changes',
  round: (stage, round) =>
    inTurns(round, [
      { contender: empty, run: () => startOnEmpty(stage) },
      { contender: full, run: () => startOnFull(stage) },
    ]),
  rows(rounds) {
    const changes = formatCount(figuresOf(rounds, full, 'changes')[0] ?? 0);
    const behind = 'doorbell serve to the first 200 of /readyz; files in the page cache';
    return [
      {
        what: 'start, empty',
        figure: spreadOf(figuresOf(rounds, empty, 'seconds')),
        unit: 's',
        goal: { atMost: 0.5 },
        behind,
      },
      {
        what: `start, ${changes} changes`,
        figure: spreadOf(figuresOf(rounds, full, 'seconds')),
        unit: 's',
        goal: { atMost: 1 },
        behind,
      },
    ];
  },
};

async function startOnEmpty(stage: Stage): Promise<Figures> {
  const data = await stage.newFolder();
  try {
    await createApiKey({ data, environment: servedBacklogEnvironment });
    return { seconds: await secondsToReady(data) };
  } finally {
    await rm(data, { recursive: true });
  }
}

function startOnFull(stage: Stage): Promise<Figures> {
  const changes = stage.size(1_000_000, 100_000);
  return withSqliteBacklog(stage, changes, async (_place, data) => ({
    changes,
    seconds: await secondsToReady(data),
  }));
}

async function secondsToReady(data: string): Promise<number> {
  const server = await serveBacklog(data);
  await server.stop();
  return server.readyMs / 1_000;
}
