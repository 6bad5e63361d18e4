import type {
  Notification,
  NotificationFilter,
  NotificationPosition,
  Page,
  PageRequest,
} from '../../notification.ts';
import { type Candidate, createCandidateSources, placeOfCandidate } from './candidates.ts';
import type { StoreContext } from './context.ts';
import { decodeCursor, encodeCursor, type Place } from './cursor.ts';
import { createFindNotification } from './find-notification.ts';
import { type Direction, merge, type Span, startOf, turn } from './walk.ts';

export interface Notifications {
  list(filter: NotificationFilter, page: PageRequest): Promise<Page<Notification>>;
  find(position: NotificationPosition): Notification | undefined;
  count(filter: NotificationFilter, countMax: number): Promise<number>;
  /** Everything that matches, in order; the caller may stop or pause between any two. */
  walk(filter: NotificationFilter, direction: Direction, start?: Place): Iterable<Candidate>;
}

/** After so many rows others get their turn: some 5 ms of reading. */
export const rowsPerTurn = 1_000;

/** A filter that matches next to nothing ends its page here, short, with a cursor to go on from: some 2 s. */
const rowsPerPageMax = 300_000;

/** Later than any time: some 3,000 years from now, in as many digits as a cursor may have. */
const everything: Span = { from: 0, to: 99_999_999_999_999 };

export function createNotifications(context: StoreContext): Notifications {
  const sourcesOf = createCandidateSources(context);
  const find = createFindNotification(context);

  function walk(filter: NotificationFilter, direction: Direction, start?: Place): Iterable<Candidate> {
    const span: Span = { from: filter.from ?? everything.from, to: filter.to ?? everything.to };
    const sources = sourcesOf(filter, span, direction);
    const chunk = sources.length === 1 ? 200 : 20;
    return merge(sources, placeOfCandidate, start ?? startOf(span, direction), direction, chunk);
  }

  async function list(filter: NotificationFilter, page: PageRequest): Promise<Page<Notification>> {
    const items: Notification[] = [];
    const cursor = page.cursor === undefined ? undefined : decodeCursor(page.cursor);
    let end = cursor ?? startOf(everything, 'newest-first');
    let rows = 0;
    for (const candidate of walk(filter, 'newest-first', cursor)) {
      rows += 1;
      if (rows % rowsPerTurn === 0) await turn();
      if (mayMatch(candidate, filter)) {
        // Looked up at once, so that a delivery in between cannot show what the filter excludes.
        const found = find({ laneId: candidate.lane_id, sequence: candidate.seq });
        if (found !== undefined && matches(found, filter)) {
          if (items.length >= page.limit) return { items, next: encodeCursor(end) };
          items.push(found);
          end = placeOfCandidate(candidate);
        }
      }
      if (items.length < page.limit) end = placeOfCandidate(candidate);
      if (rows >= rowsPerPageMax) return { items, next: encodeCursor(end) };
    }
    return { items, next: null };
  }

  async function count(filter: NotificationFilter, countMax: number): Promise<number> {
    let counted = 0;
    let rows = 0;
    const byHouse = filter.houseTaskId !== undefined || filter.houseId !== undefined;
    for (const candidate of walk(filter, 'newest-first')) {
      if (counted >= countMax) break;
      rows += 1;
      if (rows % rowsPerTurn === 0) await turn();
      if (!mayMatch(candidate, filter)) continue;
      if (byHouse) {
        const found = find({ laneId: candidate.lane_id, sequence: candidate.seq });
        if (found === undefined || !matches(found, filter)) continue;
      }
      counted += 1;
    }
    return counted;
  }

  return { list, find, count, walk };
}

export function mayMatch(candidate: Candidate, filter: NotificationFilter): boolean {
  return (
    (filter.state === undefined || filter.state === candidate.state) &&
    (filter.result === undefined || filter.result === candidate.result)
  );
}

export function matches(notification: Notification, filter: NotificationFilter): boolean {
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
