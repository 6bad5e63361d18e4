import { storeContract } from '../src/testing/store-contract.ts';
import { openTestStore } from './sqlite-test-store.ts';

storeContract('the SQLite store', async () => openTestStore());
