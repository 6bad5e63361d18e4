import { join } from 'node:path';
import { askOnce } from '../contender.ts';
import { listRows, measureList } from '../list.ts';
import type { Figures, Measure } from '../measure.ts';
import { servedBacklogEnvironment } from '../served-backlog.ts';
import type { Stage } from '../stage.ts';

const contender = 'SQLite';

export const listSqlite: Measure = {
  name: 'list-sqlite',
  onlyByName: true,
  about: 'first rows of a list of 10,000,000 notifications on SQLite, by every filter, and in the console',
  round: async (stage) => ({ [contender]: await listOnSqlite(stage, stage.size(10_000_000, 1_000_000)) }),
  rows: (rounds) => listRows('SQLite', contender, rounds),
};

/** Filled once in a run: nothing that is measured changes it. */
export async function listOnSqlite(stage: Stage, notificationsMin: number): Promise<Figures> {
  const data = await stage.keep('history-sqlite', () => stage.newFolder());
  const { notifications } = await stage.keep('history-sqlite-filled', () => {
    stage.tell(`filling SQLite with ${notificationsMin} notifications`);
    const task = { place: { sqlite: join(data, 'doorbell.db') }, notificationsMin };
    return askOnce<{ notifications: number }>('history/fill.ts', 'fill', task);
  });
  return { notifications, ...(await measureList(stage, { data, environment: servedBacklogEnvironment })) };
}
