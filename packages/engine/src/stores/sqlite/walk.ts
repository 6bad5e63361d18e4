import { comparePlaces, type Place } from '../cursor.ts';

export type Direction = 'newest-first' | 'oldest-first';

/** A stretch of time: from inclusive, to exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Until some 3,000 years from now, in as many digits as a cursor may have. */
export const allTime: Span = { from: 0, to: 99_999_999_999_999 };

/** Rows of one index range; reads up to `limit` of those that come after `place`. */
export type Source<Row> = (place: Place, limit: number) => readonly Row[];

/** Where a listing starts that has no cursor. Ids start at 1, so 0 comes before all of a time. */
export function startOf(span: Span, direction: Direction): Place {
  const createdAt = direction === 'newest-first' ? span.to : span.from;
  return { createdAt, taskId: 0, sequence: 0, laneId: 0 };
}

/**
 * The tail of a statement that lists one index range in order. Parameters: a number of the place for each column,
 * then the far end of the span, then the limit. `sortColumns` when fewer columns give the same order.
 */
export function inOrder(
  columns: readonly string[],
  direction: Direction,
  sortColumns: readonly string[] = columns,
): string {
  const [compare, reaches, order] = direction === 'newest-first' ? ['<', '>=', 'desc'] : ['>', '<', 'asc'];
  return `(${columns.join(', ')}) ${compare} (${columns.map(() => '?').join(', ')}) and ${columns[0]} ${reaches} ?
    order by ${sortColumns.map((column) => `${column} ${order}`).join(', ')} limit ?`;
}

interface Front<Row> {
  readonly source: Source<Row>;
  rows: readonly Row[];
  index: number;
  last: Place;
}

/** Rows of all sources in one order, read `chunk` at a time from each as they are needed. */
export function* merge<Row>(
  sources: readonly Source<Row>[],
  placeOf: (row: Row) => Place,
  start: Place,
  direction: Direction,
  chunk: number,
): Generator<Row> {
  const sign = direction === 'newest-first' ? -1 : 1;
  const fronts = sources.map((source): Front<Row> => ({ source, rows: [], index: 0, last: start }));
  let open = fronts.filter((front) => refill(front, placeOf, chunk));
  while (open.length > 0) {
    let first: Front<Row> | undefined;
    for (const front of open) {
      if (first === undefined || sign * comparePlaces(front.last, first.last) < 0) first = front;
    }
    const row = first?.rows[first.index];
    if (first === undefined || row === undefined) return;
    yield row;
    first.index += 1;
    const next = first.rows[first.index];
    if (next !== undefined) first.last = placeOf(next);
    else if (first.rows.length < chunk || !refill(first, placeOf, chunk)) {
      open = open.filter((front) => front !== first);
    }
  }
}

/** Leaves `last` at the place of the front's present row. */
function refill<Row>(front: Front<Row>, placeOf: (row: Row) => Place, chunk: number): boolean {
  front.rows = front.source(front.last, chunk);
  front.index = 0;
  const row = front.rows[0];
  if (row === undefined) return false;
  front.last = placeOf(row);
  return true;
}
