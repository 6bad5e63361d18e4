import type { Measure } from './measure.ts';
import { drainHotLanes } from './measures/drain-hot-lanes.ts';
import { drainPeers } from './measures/drain-peers.ts';
import { drainPostgres } from './measures/drain-postgres.ts';
import { drainSqlite } from './measures/drain-sqlite.ts';
import { firstLoad } from './measures/first-load.ts';
import { growth } from './measures/growth.ts';
import { isolation } from './measures/isolation.ts';
import { latency } from './measures/latency.ts';
import { listPostgres } from './measures/list-postgres.ts';
import { listSqlite } from './measures/list-sqlite.ts';
import { memory } from './measures/memory.ts';
import { parts } from './measures/parts.ts';
import { putInHttp } from './measures/put-in-http.ts';
import { putInHttpBatches } from './measures/put-in-http-batches.ts';
import { putInLibrary } from './measures/put-in-library.ts';
import { receiver } from './measures/receiver.ts';
import { scale } from './measures/scale.ts';
import { start } from './measures/start.ts';
import { tail } from './measures/tail.ts';
import { verify } from './measures/verify.ts';

/** In the order of the table. */
export const allMeasures: readonly Measure[] = [
  drainSqlite,
  drainPostgres,
  drainHotLanes,
  drainPeers,
  parts,
  putInLibrary,
  putInHttp,
  putInHttpBatches,
  latency,
  receiver,
  verify,
  growth,
  memory,
  start,
  isolation,
  scale,
  listSqlite,
  listPostgres,
  tail,
  firstLoad,
];
