import { minuteMs } from '../../rollup.ts';
import type { Place } from '../cursor.ts';
import type { Connection } from './connection.ts';
import type { Direction } from './walk.ts';

export const settledMinutesSql = {
  before: 'select max(minute) minute from settled_minute where endpoint_id = ? and minute <= ?',
  after: 'select min(minute) minute from settled_minute where endpoint_id = ? and minute >= ?',
} as const;

/**
 * Where a list of what was delivered goes on from `createdAt`: at the edge of the next minute in which anything of these
 * endpoints is settled, 'here' when that is the same minute, and 'nowhere' when there is none.
 */
export type FindSettled = (
  endpointIds: readonly string[],
  createdAt: number,
  direction: Direction,
) => Place | 'here' | 'nowhere';

export function createFindSettled(connection: Connection): FindSettled {
  const findBefore = connection.prepare<{ minute: number | null }>(settledMinutesSql.before);
  const findAfter = connection.prepare<{ minute: number | null }>(settledMinutesSql.after);

  return (endpointIds, createdAt, direction) => {
    const newest = direction === 'newest-first';
    const find = newest ? findBefore : findAfter;
    const own = Math.floor(createdAt / minuteMs);
    let nearest: number | null = null;
    for (const endpointId of endpointIds) {
      const minute = find.get(endpointId, own)?.minute ?? null;
      if (minute === own) return 'here';
      if (minute === null) continue;
      if (nearest === null) nearest = minute;
      else nearest = newest ? Math.max(nearest, minute) : Math.min(nearest, minute);
    }
    return nearest === null ? 'nowhere' : edgeOfMinute(nearest, direction);
  };
}

/** The place before all that was recorded in this minute. Ids start at 1, so 0 comes before all of a time. */
function edgeOfMinute(minute: number, direction: Direction): Place {
  const createdAt = (direction === 'newest-first' ? minute + 1 : minute) * minuteMs;
  return { createdAt, taskId: 0, sequence: 0, laneId: 0 };
}
