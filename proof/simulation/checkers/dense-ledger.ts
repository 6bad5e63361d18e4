import type { Checker } from './checker.ts';

/** Sequences of a task are 1, 2, 3, ...; a repeated event is answered as the first time; what is recorded stays. */
export const denseLedger: Checker = {
  observe(fact, book, report) {
    if (fact.kind !== 'appended') return;
    const { change, result } = fact;
    const key = `${change.customerId}/${change.houseTaskId}`;
    const task = book.tasks.get(key);
    const first = change.eventId === null ? undefined : task?.byEvent.get(change.eventId);
    if (first !== undefined) {
      if (result.sequence !== first.result.sequence || result.createdAt !== first.result.createdAt) {
        report(
          `${key}: event ${change.eventId} was answered with ${result.sequence}, at first ${first.result.sequence}.`,
        );
      }
      return;
    }
    const expected = (task?.changes.length ?? 0) + 1;
    if (result.sequence !== expected) report(`${key}: change ${expected} was numbered ${result.sequence}.`);
    const endpoints = book.endpointsOf(change.customerId).length;
    if (result.endpoints !== endpoints)
      report(`${key}.${expected} goes to ${result.endpoints} of ${endpoints} endpoints.`);
  },
  finish(book, final, report) {
    const stored = new Map(final.tasks.map((task) => [`${task.customerId}/${task.houseTaskId}`, task]));
    for (const { key, changes } of book.tasks.values()) {
      const ledger = stored.get(key)?.changes ?? [];
      if (ledger.length !== changes.length)
        report(`${key}: ${ledger.length} changes stored of ${changes.length}.`);
      changes.forEach(({ change }, index) => {
        const row = ledger[index];
        const isSame =
          row?.sequence === index + 1 && row.state === change.state && row.packageId === change.packageId;
        if (!isSame) report(`${key}.${index + 1} is not what was appended.`);
      });
      const state = stored.get(key)?.state;
      if (state !== changes.at(-1)?.change.state) report(`${key} is in state ${state}.`);
    }
  },
};
