import { systemClock } from '@doorbell/engine/system';
import { paint, print } from '../print.ts';
import type { ApiClient } from './api-client.ts';
import type { DeliveryLog } from './delivery-log.ts';
import { sampleCustomers } from './sample-tasks.ts';

const settleMsMax = 5_000;

interface NotificationItem {
  readonly result: number;
  readonly attemptCount: number;
}

interface NotificationPage {
  readonly items: readonly NotificationItem[];
  readonly next: string | null;
}

/** Prints what the API has on record since `startedAt`, beside what the receivers saw. */
export async function printSummary(api: ApiClient, log: DeliveryLog, startedAt: number): Promise<void> {
  const notifications = await settledNotifications(api, startedAt);
  const delivered = notifications.filter(({ result }) => result === 1).length;
  const sent = notifications.reduce((sum, { attemptCount }) => sum + attemptCount, 0);
  const repeats = sent - notifications.length;
  print();
  print(
    `${paint('bold', `${sent} sent`)}, ${log.verified} verified, ${repeats} ${repeats === 1 ? 'repeat' : 'repeats'}, ` +
      `${log.inOrder ? 'in order per task' : paint('red', 'OUT OF ORDER')}: ` +
      `${delivered} of ${notifications.length} notifications delivered.`,
  );
}

/** A receiver has answered a moment before the server has recorded it. */
async function settledNotifications(api: ApiClient, startedAt: number): Promise<readonly NotificationItem[]> {
  const startedMs = systemClock.monotonicMs();
  const never = new AbortController().signal;
  let notifications = await listNotifications(api, startedAt);
  while (notifications.some(({ result }) => result === 0)) {
    if (systemClock.monotonicMs() - startedMs > settleMsMax) break;
    await systemClock.sleep(50, never);
    notifications = await listNotifications(api, startedAt);
  }
  return notifications;
}

async function listNotifications(api: ApiClient, startedAt: number): Promise<readonly NotificationItem[]> {
  const found: NotificationItem[] = [];
  for (const { id } of sampleCustomers) {
    let cursor: string | null = null;
    do {
      const query = new URLSearchParams({ customerId: id, from: String(startedAt) });
      if (cursor !== null) query.set('cursor', cursor);
      const page: NotificationPage = await api.call('GET', `/v1/notifications?${query}`);
      found.push(...page.items);
      cursor = page.next;
    } while (cursor !== null);
  }
  return found;
}
