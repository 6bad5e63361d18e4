import { afterAll, describe } from 'vitest';
import { startPgBouncer } from './pgbouncer.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

/** As `describeOnPostgres`, with the address of a pooler in transaction mode before the server. */
export async function describeOnPgBouncer(
  name: string,
  suite: (pooled: Pick<PostgresServer, 'url'>) => void,
): Promise<void> {
  const server = await startPostgres(name);
  const bouncer = server === undefined ? undefined : await startPgBouncer(name, server.url);
  if (server === undefined || bouncer === undefined) {
    await server?.stop();
    describe.skip(name, () => {});
    return;
  }
  afterAll(async () => {
    await bouncer.stop();
    await server.stop();
  });
  describe(name, () => suite({ url: bouncer.url }));
}
