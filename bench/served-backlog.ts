import { benchMasterKey } from './doorbell/open-store.ts';
import { type ServedDoorbell, serveDoorbell } from './doorbell/serve.ts';

/** The real server on a data folder that the bench has filled; its backlog is paused. */
export function serveBacklog(data: string): Promise<ServedDoorbell> {
  return serveDoorbell({ data, environment: servedBacklogEnvironment });
}

export const servedBacklogEnvironment: Readonly<Record<string, string>> = {
  DOORBELL_MASTER_KEY: Buffer.from(benchMasterKey).toString('base64'),
};
