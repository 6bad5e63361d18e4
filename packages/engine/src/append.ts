import { checkValues, type Fault, taskStateChange } from '@doorbell/contract';
import type { Appended, NewChange } from './change.ts';
import type { Store, Wakeup } from './ports.ts';

export const changesPerAppendMax = 1_000;
const eventIdCharsMax = 128;

/** A fault of one change in a batch. */
export interface ChangeFault extends Fault {
  /** Position in the batch, from 0. */
  readonly index: number;
}

/** Thrown by `append` with every fault of every change; nothing was written. */
export class InvalidChanges extends Error {
  readonly faults: readonly ChangeFault[];

  constructor(faults: readonly ChangeFault[]) {
    super(
      faults.map(({ index, field, detail }) => `change ${index}, ${field ?? 'form'}: ${detail}`).join('; '),
    );
    this.name = 'InvalidChanges';
    this.faults = faults;
  }
}

/**
 * Records changes durably, 1 to 1,000 at a time, all or nothing, and wakes delivery. What the contract would not
 * let onto the wire is refused here, not at sending. Throws `InvalidChanges` or the store's `AppendRefused`.
 */
export async function append(
  changes: readonly NewChange[],
  { store, wakeup }: { readonly store: Store; readonly wakeup: Pick<Wakeup, 'hint'> },
): Promise<readonly Appended[]> {
  checkChanges(changes);
  const appended = await store.append(changes);
  wakeup.hint();
  return appended;
}

/** Throws `InvalidChanges` with every fault of every change. */
export function checkChanges(changes: readonly NewChange[]): void {
  const faults = changes.flatMap((change, index) =>
    checkChange(change).map((fault) => ({ ...fault, index })),
  );
  if (faults.length > 0) throw new InvalidChanges(faults);
}

function checkChange(change: NewChange): readonly Fault[] {
  const { state, houseTaskId, houseId, packageId, userId, userName, extra, eventId } = change;
  const values = { state, houseTaskId, houseId, packageId, userId, userName };
  const faults = checkValues(taskStateChange, values, { extra });
  if (eventId === null) return faults;
  if (eventId.length === 0 || eventId.length > eventIdCharsMax) {
    const detail = `must have 1 to ${eventIdCharsMax} characters`;
    return [
      ...faults,
      { code: eventId.length === 0 ? 'field-too-short' : 'field-too-long', field: 'eventId', detail },
    ];
  }
  if (/\p{Cc}/u.test(eventId) || !eventId.isWellFormed()) {
    const detail = 'must not contain control characters or lone surrogates';
    return [...faults, { code: 'field-control-character', field: 'eventId', detail }];
  }
  return faults;
}
