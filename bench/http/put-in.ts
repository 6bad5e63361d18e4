import { rm } from 'node:fs/promises';
import { callApi, createApiKey, serveDoorbell } from '../doorbell/serve.ts';
import type { Figures } from '../measure.ts';
import type { Stage } from '../stage.ts';
import { customerIds, draftOfEndpoint } from '../workload.ts';
import { putUnderLoad } from './put-under-load.ts';

export interface PutIn {
  readonly callers: number;
  readonly perRequest: number;
  /** Of requests. */
  readonly count: number;
}

/**
 * Requests to the real server on an empty embedded database. Its endpoints are paused: lanes are written, as always,
 * but nothing is delivered meanwhile, for that is measured by itself.
 */
export async function putInOverHttp(stage: Stage, { callers, perRequest, count }: PutIn): Promise<Figures> {
  const data = await stage.newFolder();
  const apiKey = await createApiKey({ data });
  const server = await serveDoorbell({ data });
  try {
    for (const customerId of customerIds) {
      await callApi(server.url, apiKey, 'PUT', `/v1/customers/${customerId}`, { name: customerId });
      const { id, url, signKey } = draftOfEndpoint(customerId, 'http://127.0.0.1:9');
      await callApi(server.url, apiKey, 'PUT', `/v1/endpoints/${id}`, { customerId, url, signKey });
      await callApi(server.url, apiKey, 'POST', `/v1/endpoints/${id}/pause`, { detail: 'bench' });
    }
    return await putUnderLoad(server, {
      requests: { kind: 'state-changes', apiKey, perRequest },
      callers,
      count,
      expect: '"sequence":1',
    });
  } finally {
    await server.stop();
    await rm(data, { recursive: true });
  }
}
