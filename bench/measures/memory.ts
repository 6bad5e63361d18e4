import { setTimeout as sleep } from 'node:timers/promises';
import { backlogEndpointId } from '../doorbell/backlog.ts';
import { callApi, createApiKey } from '../doorbell/serve.ts';
import { formatCount } from '../format.ts';
import { residentMBOf } from '../machine.ts';
import { type Figures, figuresOf, type Measure } from '../measure.ts';
import { withSqliteBacklog } from '../prepared-backlog.ts';
import { serveBacklog, servedBacklogEnvironment } from '../served-backlog.ts';
import type { Stage } from '../stage.ts';
import { median, spreadOf } from '../statistics.ts';
import { draftOfEndpoint } from '../workload.ts';

const contender = 'doorbell serve';

/** Of the whole process that a user starts, at rest and while it delivers as fast as it can. */
export const memory: Measure = {
  name: 'memory',
  about: 'resident memory of the server with 1,000,000 waiting changes, at rest and while it delivers them',
  round: async (stage) => ({ [contender]: await residentMemory(stage) }),
  rows(rounds) {
    const show = (name: string) => formatCount(median(figuresOf(rounds, contender, name)));
    const lanes = formatCount(figuresOf(rounds, contender, 'lanes')[0] ?? 0);
    return [
      {
        what: `memory, ${lanes} waiting`,
        figure: spreadOf(figuresOf(rounds, contender, 'delivering')),
        unit: 'MB',
        goal: { atMost: 200 },
        behind: `while delivering; at rest ${show('atRest')}, peak ${show('peak')} MB`,
      },
    ];
  },
};

function residentMemory(stage: Stage): Promise<Figures> {
  const lanes = stage.size(1_000_000, 100_000);
  return withSqliteBacklog(stage, lanes, async (_place, data) => {
    const apiKey = await createApiKey({ data, environment: servedBacklogEnvironment });
    const server = await serveBacklog(data);
    try {
      await sleep(2_000);
      const { now: atRest } = await residentMBOf(server.pid);
      const { url } = await stage.sink();
      const { id, customerId, inFlightMax, ...endpoint } = draftOfEndpoint('customer-backlog', url);
      await callApi(server.url, apiKey, 'PUT', `/v1/endpoints/${id}`, { customerId, url: endpoint.url });
      await callApi(server.url, apiKey, 'POST', `/v1/endpoints/${backlogEndpointId}/resume`, {});
      await sleep(stage.size(10_000, 4_000));
      const { now: delivering, peak } = await residentMBOf(server.pid);
      return { lanes, atRest, delivering, peak };
    } finally {
      await server.stop();
    }
  });
}
