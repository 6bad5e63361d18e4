import { encodeForm, parseEnvelope, sign, taskStateChange, toFields } from '@doorbell/contract';
import type { NewChange } from '@doorbell/engine';
import { Client, type Dispatcher } from 'undici';
import { customerIds, draftOfEndpoint } from '../workload.ts';

export type PostNotification = (change: NewChange) => Promise<void>;

/** What a handler of a job queue would do at best: sign, `undici.dispatch`, and read the envelope. */
export function createPostNotification(sinkUrl: string): PostNotification {
  const idle: Client[] = [];
  const endpoints = new Map(customerIds.map((id) => [id as string, draftOfEndpoint(id, sinkUrl)]));
  return (change) =>
    new Promise((resolve, reject) => {
      const endpoint = endpoints.get(change.customerId);
      const { state, houseTaskId, houseId, packageId, userId, userName, extra } = change;
      const values = { state, houseTaskId, houseId, packageId, userId, userName };
      const fields = toFields(taskStateChange, values, { revision: 'seed', extra });
      const timestamp = String(Date.now());
      const headers = ['content-type', 'application/x-www-form-urlencoded', 'timestamp', timestamp];
      headers.push('sign', sign(fields, endpoint?.signKey ?? '', timestamp));
      const client = idle.pop() ?? new Client(sinkUrl, { pipelining: 1 });
      const chunks: Buffer[] = [];
      const handler: Dispatcher.DispatchHandler = {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData(_controller, chunk) {
          chunks.push(chunk);
        },
        onResponseEnd() {
          idle.push(client);
          const parsed = parseEnvelope(Buffer.concat(chunks));
          if (parsed.ok && parsed.envelope.state === 200) resolve();
          else reject(new Error('the sink did not accept a request'));
        },
        onResponseError(_controller, error) {
          reject(error);
        },
      };
      const path = `/notify/${change.customerId}`;
      client.dispatch({ path, method: 'POST', headers, body: encodeForm(fields) }, handler);
    });
}
