import { afterAll, describe } from 'vitest';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

/** A suite on a server of its own, which is stopped afterwards; left out where `startPostgres` finds none. */
export async function describeOnPostgres(
  name: string,
  suite: (server: PostgresServer) => void,
): Promise<void> {
  const server = await startPostgres(name);
  if (server === undefined) {
    describe.skip(name, () => {});
    return;
  }
  afterAll(() => server.stop());
  describe(name, () => suite(server));
}
