import type {
  Notification,
  NotificationFilter,
  NotificationPosition,
  Page,
  PageRequest,
} from '../../notification.ts';
import { decodeCursor, type Place } from '../cursor.ts';
import { type Candidate, createCandidateSources, placeOfCandidate } from './candidates.ts';
import type { StoreContext } from './context.ts';
import { createFindNotification } from './find-notification.ts';
import { inTurns, readPage } from './read-page.ts';
import { allTime, type Direction, merge, type Span, startOf } from './walk.ts';

export interface Notifications {
  list(filter: NotificationFilter, page: PageRequest): Promise<Page<Notification>>;
  find(position: NotificationPosition): Notification | undefined;
  count(filter: NotificationFilter, countMax: number): Promise<number>;
  /** All that may match, in order; the caller may stop or pause between any two. */
  walk(filter: NotificationFilter, direction: Direction): Iterable<Candidate>;
  findMatching(candidate: Candidate, filter: NotificationFilter): Notification | undefined;
}

export function createNotifications(context: StoreContext): Notifications {
  const sourcesOf = createCandidateSources(context);
  const find = createFindNotification(context);

  function walk(filter: NotificationFilter, direction: Direction, start?: Place): Iterable<Candidate> {
    const span: Span = { from: filter.from ?? allTime.from, to: filter.to ?? allTime.to };
    const sources = sourcesOf(filter, span, direction);
    const chunk = sources.length === 1 ? 200 : 20;
    return merge(sources, placeOfCandidate, start ?? startOf(span, direction), direction, chunk);
  }

  /** Looked up when its row is read, so that a delivery in between cannot show what the filter excludes. */
  function findMatching(candidate: Candidate, filter: NotificationFilter): Notification | undefined {
    if (!mayMatch(candidate, filter)) return undefined;
    const found = find({ laneId: candidate.lane_id, sequence: candidate.seq });
    return found !== undefined && matches(found, filter) ? found : undefined;
  }

  async function list(filter: NotificationFilter, page: PageRequest): Promise<Page<Notification>> {
    const cursor = page.cursor === undefined ? undefined : decodeCursor(page.cursor);
    const rows = walk(filter, 'newest-first', cursor);
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
