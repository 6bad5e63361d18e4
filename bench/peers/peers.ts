import { withPostgres } from '../drain.ts';
import type { Stage } from '../stage.ts';

export interface PeerEntry {
  readonly name: string;
  readonly script: string;
  readonly server: 'redis' | 'postgres';
}

/** What people build this on today. */
export const peers: readonly PeerEntry[] = [
  { name: 'BullMQ', script: 'peers/bullmq.ts', server: 'redis' },
  { name: 'pg-boss', script: 'peers/pg-boss.ts', server: 'postgres' },
  { name: 'graphile-worker', script: 'peers/graphile-worker.ts', server: 'postgres' },
  {
    name: 'graphile-worker, local queue',
    script: 'peers/graphile-worker-local-queue.ts',
    server: 'postgres',
  },
];

/** With the peer's server, empty. */
export async function withServerOf<Value>(
  stage: Stage,
  peer: PeerEntry,
  use: (url: string) => Promise<Value>,
): Promise<Value> {
  if (peer.server === 'postgres') return await withPostgres(stage, ({ postgres }) => use(postgres));
  const redis = await stage.redis();
  await redis.flush();
  return await use(redis.url);
}
