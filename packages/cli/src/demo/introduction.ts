import { paint, print } from '../print.ts';
import type { ReceiverProcess } from './receiver-process.ts';
import { type SampleCustomer, sampleTasks } from './sample-tasks.ts';

/** Who is about to be notified, where, and of which tasks. */
export function printIntroduction(customer: SampleCustomer, receiver: ReceiverProcess): void {
  print(`${customer.name} receives at ${receiver.url} (process ${receiver.pid})`);
  for (const { ids, story } of sampleTasks) {
    if (ids.customerId === customer.id) print(`  ${paint('bold', ids.houseTaskId)}  ${story}`);
  }
}
