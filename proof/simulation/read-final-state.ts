import type { Book } from './checkers/book.ts';
import type { FinalNotification, FinalState } from './checkers/checker.ts';
import type { Machine } from './machine.ts';

/** Opens the file once more, as the next process would, and reads it through the ports for people. */
export async function readFinalState(machine: Machine, book: Book): Promise<FinalState> {
  const store = machine.openAgain();
  try {
    const tasks = [];
    for (const { customerId, changes } of book.tasks.values()) {
      const houseTaskId = changes[0]?.change.houseTaskId ?? '';
      tasks.push(...(await store.findTasks(houseTaskId, customerId)));
    }
    const notifications: FinalNotification[] = [];
    for (const { laneId, key, first, tail } of book.lanes.values()) {
      if (laneId === null) continue;
      for (let sequence = first; sequence <= tail; sequence += 1) {
        const notification = await store.findNotification({ laneId, sequence });
        if (notification === undefined) continue;
        const attempts = await store.listAttempts({ laneId, sequence });
        notifications.push({ key: `${key}.${sequence}`, notification, attempts });
      }
    }
    return { tasks, notifications };
  } finally {
    await store.close();
  }
}
