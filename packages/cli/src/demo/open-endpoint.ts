import { randomBytes } from 'node:crypto';
import type { ApiClient } from './api-client.ts';
import type { DeliveryLog } from './delivery-log.ts';
import { type ReceiverProcess, startReceiverProcess } from './receiver-process.ts';
import type { SampleCustomer } from './sample-tasks.ts';

/** Starts the customer's receiver and makes customer and endpoint known over the API. */
export async function openEndpoint(
  api: ApiClient,
  { id, name, failFirst }: SampleCustomer,
  log: DeliveryLog,
): Promise<ReceiverProcess> {
  const signKey = randomBytes(16).toString('base64url');
  const receiver = await startReceiverProcess({
    signKey,
    failFirst,
    onNotification: (record) => log.add(record),
  });
  try {
    await api.call('PUT', `/v1/customers/${id}`, { name });
    await api.call('PUT', `/v1/endpoints/${id}-endpoint`, { customerId: id, url: receiver.url, signKey });
  } catch (error) {
    await receiver.stop();
    throw error;
  }
  return receiver;
}
