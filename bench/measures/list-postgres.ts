import { askOnce } from '../contender.ts';
import { listRows, measureList } from '../list.ts';
import type { Figures, Measure } from '../measure.ts';
import { servedBacklogEnvironment } from '../served-backlog.ts';
import type { Stage } from '../stage.ts';

const contender = 'PostgreSQL';

export const listPostgres: Measure = {
  name: 'list-postgres',
  onlyByName: true,
  about:
    'first rows of a list of 10,000,000 notifications on PostgreSQL, by every filter, and in the console',
  round: async (stage) => ({ [contender]: await listOnPostgres(stage, stage.size(10_000_000, 1_000_000)) }),
  rows: (rounds) => listRows('PostgreSQL', contender, rounds),
};

/** Filled once in a run: nothing that is measured changes it. */
export async function listOnPostgres(stage: Stage, notificationsMin: number): Promise<Figures> {
  const { postgres, notifications } = await stage.keep('history-postgres', async () => {
    stage.tell(`filling PostgreSQL with ${notificationsMin} notifications`);
    const postgres = await (await stage.postgres()).newDatabase();
    const task = { place: { postgres }, notificationsMin };
    return { postgres, ...(await askOnce<{ notifications: number }>('history/fill.ts', 'fill', task)) };
  });
  const environment = { ...servedBacklogEnvironment, DATABASE_URL: postgres };
  return { notifications, ...(await measureList(stage, { environment })) };
}
