import type { Page } from '../../notification.ts';
import { encodeCursor, type Place } from '../cursor.ts';

/** After so many rows others get their turn: some 10 ms of reading. */
const rowsPerTurn = 1_000;

/** A page that finds next to nothing ends here, short, with a cursor to go on from: some 200 ms of reading. */
const rowsPerPageMax = 50_000;

/** Lets deliveries go on while a long list is being read. */
export async function* inTurns<Row>(rows: Iterable<Row>): AsyncGenerator<Row> {
  let read = 0;
  for (const row of rows) {
    read += 1;
    if (read % rowsPerTurn === 0) await nextTurn();
    yield row;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/**
 * Takes `limit` items from rows in order; `itemOf` answers undefined for a row that does not belong. `next` is null
 * only when there is nothing more; a page may be short when a great many rows do not belong.
 */
export async function readPage<Row, Item>(
  rows: Iterable<Row>,
  placeOf: (row: Row) => Place,
  itemOf: (row: Row) => Item | undefined,
  limit: number,
): Promise<Page<Item>> {
  const items: Item[] = [];
  let read = 0;
  let end: Place | undefined;
  for await (const row of inTurns(rows)) {
    const item = itemOf(row);
    if (item !== undefined && items.length >= limit && end !== undefined) {
      return { items, next: encodeCursor(end) };
    }
    end = placeOf(row);
    if (item !== undefined) items.push(item);
    read += 1;
    if (read >= rowsPerPageMax) return { items, next: encodeCursor(end) };
  }
  return { items, next: null };
}
