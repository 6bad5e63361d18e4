import { describeOnPostgres } from '../../../test/describe-on-postgres.ts';
import { storeContract } from '../src/testing/store-contract.ts';
import { openTestStore } from './postgres-test-store.ts';

await describeOnPostgres('PostgreSQL', (server) => {
  storeContract('the PostgreSQL store', () => openTestStore(server));
});
