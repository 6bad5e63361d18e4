import {
  type DeliveryCounts,
  type Endpoint,
  type EndpointCounts,
  type EndpointPending,
  type EpochMs,
  noCounts,
  pendingOfMax,
  type StoreAdmin,
} from '@doorbell/engine';

/** Why an endpoint needs somebody, the worst first. */
export type TroubleReason = 'paused' | 'breaker-open' | 'failing' | 'backlog';

export interface Trouble {
  readonly endpointId: string;
  readonly customerId: string;
  readonly reason: TroubleReason;
  readonly since: EpochMs;
  readonly detail: string;
  readonly pending: number;
}

/** An endpoint fails when more than half of its tries of the last minutes, and at least so many, came to nothing. */
const failingWithinMs = 15 * 60_000;
const failingTriesMin = 5;
/** A change that waits for longer than this is a backlog. */
const backlogAfterMs = 10 * 60_000;

type Reads = Pick<StoreAdmin, 'listPending' | 'sumRollups'>;

/** Which of these endpoints need somebody, the longest in trouble first; one line each. */
export async function listTroubles(
  endpoints: readonly Endpoint[],
  admin: Reads,
  now: EpochMs,
): Promise<readonly Trouble[]> {
  const ids = endpoints.map(({ id }) => id);
  const [oldest, recent] = await Promise.all([
    admin.listPending(ids, 1),
    admin.sumRollups(ids, now - failingWithinMs, now + 1),
  ]);
  const pendingOf = byEndpoint(oldest);
  const countsOf = byEndpoint(recent);
  const troubles = endpoints.flatMap((endpoint) => {
    const found = findTrouble(endpoint, pendingOf.get(endpoint.id), countsOf.get(endpoint.id), now);
    return found === undefined ? [] : [found];
  });
  const waiting = byEndpoint(
    await admin.listPending(
      troubles.map(({ endpointId }) => endpointId),
      pendingOfMax,
    ),
  );
  return troubles
    .map((trouble) => ({ ...trouble, pending: waiting.get(trouble.endpointId)?.pending ?? 0 }))
    .sort((a, b) => a.since - b.since);
}

function findTrouble(
  { id: endpointId, customerId, pause, breaker }: Endpoint,
  waiting: EndpointPending | undefined,
  counts: EndpointCounts | undefined,
  now: EpochMs,
): Trouble | undefined {
  const about = { endpointId, customerId, pending: 0 };
  if (pause !== null) {
    return { ...about, reason: 'paused', since: pause.at, detail: `${pause.reason}: ${pause.detail}` };
  }
  if (breaker.openedAt !== null) {
    const detail = `${breaker.failures} failures in a row`;
    return { ...about, reason: 'breaker-open', since: breaker.openedAt, detail };
  }
  const tries = counts === undefined ? 0 : triesOf(counts);
  const failures = counts === undefined ? 0 : tries - counts.delivered;
  if (tries >= failingTriesMin && failures * 2 > tries) {
    const detail = `${failures} of ${tries} tries of the last 15 minutes were not accepted`;
    return { ...about, reason: 'failing', since: now - failingWithinMs, detail };
  }
  const oldestAt = waiting?.oldestPendingAt ?? null;
  if (oldestAt !== null && now - oldestAt > backlogAfterMs) {
    const minutes = Math.floor((now - oldestAt) / 60_000);
    return {
      ...about,
      reason: 'backlog',
      since: oldestAt,
      detail: `the oldest waits for ${minutes} minutes`,
    };
  }
  return undefined;
}

export function triesOf({ delivered, refused, failed, retried }: DeliveryCounts): number {
  return delivered + refused + failed + retried;
}

/** Delivered, of what got a result; null when nothing did. */
export function successRate({ delivered, refused, failed }: DeliveryCounts = noCounts): number | null {
  const settled = delivered + refused + failed;
  return settled === 0 ? null : delivered / settled;
}

function byEndpoint<T extends { readonly endpointId: string }>(rows: readonly T[]): ReadonlyMap<string, T> {
  return new Map(rows.map((row) => [row.endpointId, row]));
}
