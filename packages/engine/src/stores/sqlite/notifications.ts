import type {
  Notification,
  NotificationFilter,
  NotificationPosition,
  Page,
  PageRequest,
} from '../../notification.ts';
import { decodeCursor, type Place } from '../cursor.ts';
import type { StoredEndpoint } from '../endpoint-row.ts';
import { type Candidate, createCandidateSources, createScope, placeOfCandidate } from './candidates.ts';
import type { StoreContext } from './context.ts';
import { createFindNotification } from './find-notification.ts';
import { inTurns, readPage } from './read-page.ts';
import { createFindSettled } from './settled-minutes.ts';
import { allTime, type Direction, merge, type Span, startOf } from './walk.ts';

/** So many in a row that were not delivered, and the walk looks where to go on. */
const missesMax = 100;

export interface Notifications {
  list(filter: NotificationFilter, page: PageRequest): Promise<Page<Notification>>;
  find(position: NotificationPosition): Notification | undefined;
  count(filter: NotificationFilter, countMax: number): Promise<number>;
  /** All that may match, in order; the caller may stop or pause between any two. */
  walk(filter: NotificationFilter, direction: Direction): Iterable<Candidate>;
  findMatching(candidate: Candidate, filter: NotificationFilter): Notification | undefined;
}

/** Lanes start with their endpoint, so nothing older than all of these can be theirs. */
function bornAt(scope: readonly StoredEndpoint[]): number {
  return scope.reduce((first, { createdAt }) => Math.min(first, createdAt), allTime.to);
}

export function createNotifications(context: StoreContext): Notifications {
  const sourcesOf = createCandidateSources(context);
  const scopeOf = createScope(context);
  const find = createFindNotification(context);
  const findSettled = createFindSettled(context.connection);

  function walk(filter: NotificationFilter, direction: Direction, start?: Place): Iterable<Candidate> {
    const byTask = filter.houseTaskId !== undefined || filter.houseId !== undefined;
    return filter.result === 1 && !byTask
      ? walkDelivered(filter, direction, start)
      : walkAll(filter, direction, start);
  }

  function walkAll(filter: NotificationFilter, direction: Direction, start?: Place): Iterable<Candidate> {
    const born = bornAt(scopeOf(filter));
    const span: Span = { from: Math.max(filter.from ?? allTime.from, born), to: filter.to ?? allTime.to };
    const sources = sourcesOf(filter, span, direction);
    const chunk = sources.length === 1 ? 200 : 20;
    return merge(sources, placeOfCandidate, start ?? startOf(span, direction), direction, chunk);
  }

  /** Jumps over minutes in which everything waits. */
  function* walkDelivered(
    filter: NotificationFilter,
    direction: Direction,
    start: Place | undefined,
  ): Generator<Candidate> {
    const endpointIds = scopeOf(filter).map(({ id }) => id);
    let place: Place | 'nowhere' | undefined = start;
    while (place !== 'nowhere') {
      let misses = 0;
      const rows = walkAll(filter, direction, place);
      place = 'nowhere';
      for (const candidate of rows) {
        yield candidate;
        misses = candidate.result === 1 ? 0 : misses + 1;
        if (misses < missesMax) continue;
        misses = 0;
        const settled = findSettled(endpointIds, candidate.created_at, direction);
        if (settled === 'here') continue;
        place = settled;
        break;
      }
    }
  }

  /** Looked up when its row is read, so that a delivery in between cannot show what the filter excludes. */
  function findMatching(candidate: Candidate, filter: NotificationFilter): Notification | undefined {
    if (!mayMatch(candidate, filter)) return undefined;
    const found = find({ laneId: candidate.lane_id, sequence: candidate.seq });
    return found !== undefined && matches(found, filter) ? found : undefined;
  }

  async function list(filter: NotificationFilter, page: PageRequest): Promise<Page<Notification>> {
    const cursor = page.cursor === undefined ? undefined : decodeCursor(page.cursor);
    const rows = walk(filter, page.order ?? 'newest-first', cursor);
    return readPage(rows, placeOfCandidate, (row) => findMatching(row, filter), page.limit);
  }

  async function count(filter: NotificationFilter, countMax: number): Promise<number> {
    let counted = 0;
    // Only a task's or a house's rows hold more than what the candidate itself can tell.
    const byHouse = filter.houseTaskId !== undefined || filter.houseId !== undefined;
    for await (const candidate of inTurns(walk(filter, 'newest-first'))) {
      if (counted >= countMax) break;
      const isMatch = byHouse ? findMatching(candidate, filter) !== undefined : mayMatch(candidate, filter);
      if (isMatch) counted += 1;
    }
    return counted;
  }

  return { list, find, count, walk, findMatching };
}

function mayMatch(candidate: Candidate, filter: NotificationFilter): boolean {
  return (
    (filter.state === undefined || filter.state === candidate.state) &&
    (filter.result === undefined || filter.result === candidate.result)
  );
}

function matches(notification: Notification, filter: NotificationFilter): boolean {
  return (
    (filter.customerId === undefined || filter.customerId === notification.customerId) &&
    (filter.endpointId === undefined || filter.endpointId === notification.endpointId) &&
    (filter.houseTaskId === undefined || filter.houseTaskId === notification.houseTaskId) &&
    (filter.houseId === undefined || filter.houseId === notification.houseId) &&
    (filter.state === undefined || filter.state === notification.state) &&
    (filter.result === undefined || filter.result === notification.result) &&
    (filter.from === undefined || notification.createdAt >= filter.from) &&
    (filter.to === undefined || notification.createdAt < filter.to)
  );
}
