import { minuteMs } from '../../rollup.ts';
import type { Place } from '../cursor.ts';
import { Binder, candidatesQuery, endpointsOf, isLoose, type Walk } from './candidates.ts';
import type { Session } from './transaction.ts';

export interface FoundPlaces {
  readonly places: readonly Place[];
  /** Where to go on reading; undefined when all there is was read. */
  readonly next: Place | undefined;
}

export interface CandidateRow {
  readonly created_at: number;
  readonly task_id: number;
  readonly seq: number;
  readonly lane_id: number;
  readonly matches?: boolean;
}

/** Reads in rounds: the first is as long as what is wanted, for most often all of it matches. */
const roundMax = 2_000;

/** So many in a row that were not delivered, and it looks where to go on. */
const missesMax = 50;

/**
 * The first `walk.limit` places that match. Where the range holds more than that, at most about `rowsMax` are read, a
 * quarter of it once something was found, and minutes in which everything waits are jumped over.
 */
export async function findPlaces(session: Session, walk: Walk, rowsMax: number): Promise<FoundPlaces> {
  if (!isLoose(walk.filter)) {
    const places = await read(session, walk);
    const next = places.length < walk.limit ? undefined : places.at(-1);
    return { places: places.map(placeOf), next: next && placeOf(next) };
  }
  const places: Place[] = [];
  let { after } = walk;
  let size = walk.limit;
  let rowsRead = 0;
  while (rowsRead < (places.length > 0 ? rowsMax / 4 : rowsMax)) {
    const rows = await read(session, { ...walk, after, limit: size, unfiltered: true });
    rowsRead += rows.length;
    for (const row of rows) {
      after = placeOf(row);
      if (row.matches === true) places.push(after);
      if (places.length === walk.limit) return { places, next: after };
    }
    if (rows.length < size || after === undefined) return { places, next: undefined };
    // A range is read for each state, so that a round is dear: longer only where next to nothing matches.
    size = rows.some((row) => row.matches === true) ? walk.limit : Math.min(size * 4, roundMax);
    if (rows.slice(-missesMax).some((row) => row.matches === true)) continue;
    const settled = await findSettled(session, walk, after.createdAt);
    if (settled === 'nowhere') return { places, next: undefined };
    if (settled === 'here') continue;
    after = settled;
    size = walk.limit;
  }
  return { places, next: after };
}

function read(session: Session, walk: Walk): Promise<readonly CandidateRow[]> {
  const query = candidatesQuery(walk);
  return session.rows<CandidateRow>(query.text, ...query.parameters);
}

/** See the other store's: the edge of the next minute in which anything of these endpoints is settled. */
async function findSettled(
  session: Session,
  { filter, direction }: Walk,
  createdAt: number,
): Promise<Place | 'here' | 'nowhere'> {
  const newest = direction === 'newest-first';
  const own = Math.floor(createdAt / minuteMs);
  const binder = new Binder();
  const [nearest, compare] = newest ? ['max', '<='] : ['min', '>='];
  const text = `select ${nearest}(n.minute) as minute from doorbell.endpoint e cross join lateral (
      select ${nearest}(s.minute) as minute from doorbell.settled_minute s
      where s.endpoint_id = e.id and s.minute ${compare} ${binder.bind(own, 'bigint')}) n
    where ${endpointsOf(filter, binder)}`;
  const [row] = await session.rows<{ minute: number | null }>(text, ...binder.parameters);
  const minute = row?.minute ?? null;
  if (minute === null) return 'nowhere';
  if (minute === own) return 'here';
  return { createdAt: (newest ? minute + 1 : minute) * minuteMs, taskId: 0, sequence: 0, laneId: 0 };
}

export function placeOf(row: CandidateRow): Place {
  return { createdAt: row.created_at, taskId: row.task_id, sequence: row.seq, laneId: row.lane_id };
}
