import { constants } from 'node:fs';
import { copyFile, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { askOnce } from './contender.ts';
import type { StorePlace } from './doorbell/open-store.ts';
import type { Stage } from './stage.ts';

/** Name of the database file where the server looks for it in its data folder. */
const fileName = 'doorbell.db';

/** With a copy of a backlog of so many lanes on SQLite, which is filled once in a run; `data` is the folder of the copy. */
export async function withSqliteBacklog<Value>(
  stage: Stage,
  lanes: number,
  use: (place: { readonly sqlite: string }, data: string) => Promise<Value>,
): Promise<Value> {
  const original = await stage.keep(`backlog-sqlite-${lanes}`, async (folder) => {
    stage.tell(`filling SQLite with ${lanes} lanes`);
    await mkdir(folder);
    const sqlite = join(folder, fileName);
    await askOnce('doorbell/fill-backlog.ts', 'fill', { place: { sqlite } satisfies StorePlace, lanes });
    return sqlite;
  });
  const data = await stage.newFolder();
  try {
    const sqlite = join(data, fileName);
    await copyFile(original, sqlite, constants.COPYFILE_FICLONE);
    await sync(sqlite);
    return await use({ sqlite }, data);
  } finally {
    await rm(data, { recursive: true });
  }
}

/** Like a file that has been there for a while; or the first commits would wait until the whole copy is on the disk. */
async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.sync();
  await file.close();
}

/** The same on PostgreSQL. Filled without syncing, then vacuumed, as time would have done with a backlog that grew. */
export async function withPostgresBacklog<Value>(
  stage: Stage,
  lanes: number,
  use: (place: { readonly postgres: string }) => Promise<Value>,
): Promise<Value> {
  const server = await stage.postgres();
  const original = await stage.keep(`backlog-postgres-${lanes}`, async () => {
    stage.tell(`filling PostgreSQL with ${lanes} lanes`);
    const database = await server.newDatabase();
    const place: StorePlace = { postgres: `${database}?options=-c%20synchronous_commit%3Doff` };
    await askOnce('doorbell/fill-backlog.ts', 'fill', { place, lanes });
    await vacuum(database);
    return database;
  });
  const postgres = await server.newDatabase(original);
  try {
    return await use({ postgres });
  } finally {
    await server.dropDatabase(postgres);
  }
}

async function vacuum(database: string): Promise<void> {
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  await client.query('vacuum analyze');
  await client.end();
}
