// Customers run the contract on Node 20, so the build itself is held to the vectors there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as contract from '../../dist/index.js';
import { listVectorRuns } from '../vector-runs.mjs';

test('the published vectors hold', async (t) => {
  const runs = listVectorRuns(contract);
  assert.ok(runs.length > 250);
  for (const { file, name, run } of runs) await t.test(`${file}, ${name}`, run);
});
