import { changesPerAppendMax, type NewChange, type Store } from '@doorbell/engine';

/** Appends as a producer would, in the largest batches there are. */
export async function fill(
  store: Store,
  count: number,
  changeAt: (index: number) => NewChange,
): Promise<void> {
  for (let first = 0; first < count; first += changesPerAppendMax) {
    const length = Math.min(changesPerAppendMax, count - first);
    await store.append(Array.from({ length }, (_, index) => changeAt(first + index)));
  }
}
