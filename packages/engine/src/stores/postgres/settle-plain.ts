import type { Settlement } from '../../lane.ts';
import { attemptRow } from './attempts.ts';
import type { StoreContext } from './context.ts';
import { toRows } from './database.ts';
import { settleSql } from './settle-sql.ts';

/**
 * Settles those that were simply delivered, nearly all of a healthy day, in one trip to the server: half of what it costs
 * to lock, judge and write them. Returns those that it has settled; of the others nothing was touched.
 */
export async function settlePlain(
  { database, givenNow }: StoreContext,
  settlements: readonly Settlement[],
): Promise<ReadonlySet<Settlement>> {
  const plain = plainOf(settlements);
  if (plain.size === 0) return new Set();
  const endpointIds = new Set([...plain.values()].map(({ endpointId }) => endpointId));
  const told = [...plain.values()].flatMap(({ laneId, attempts }) =>
    attempts.map((attempt) => attemptRow(laneId, attempt, false)),
  );
  const rows = await database.transaction(
    (transaction) => {
      const answer = transaction.prepared<{ lane_id: number }>(
        settleSql.plain,
        givenNow(),
        [...endpointIds],
        toRows(told),
      );
      transaction.commit();
      return answer;
    },
    { byIndex: true },
  );
  return new Set(rows.flatMap((row) => plain.get(row.lane_id) ?? []));
}

/** By lane. All of an endpoint or none, since its breaker counts failures in the order in which they came. */
function plainOf(settlements: readonly Settlement[]): ReadonlyMap<number, Settlement> {
  const others = settlements.filter((each) => !isPlain(each));
  // What was not sent is no failure.
  const failing = new Set(
    others.filter(({ step }) => step.kind !== 'release').map(({ endpointId }) => endpointId),
  );
  const plain = new Map<number, Settlement>();
  const again = new Set(others.map(({ laneId }) => laneId));
  for (const settlement of settlements) {
    const { laneId, endpointId } = settlement;
    if (failing.has(endpointId) || !isPlain(settlement)) continue;
    if (plain.has(laneId)) again.add(laneId);
    plain.set(laneId, settlement);
  }
  for (const laneId of again) plain.delete(laneId);
  return plain;
}

function isPlain({ sequence, epoch, attempts, step, notice }: Settlement): boolean {
  const [attempt, ...more] = attempts;
  const isDelivered = step.kind === 'advance' && step.result === 1 && notice === null;
  return isDelivered && more.length === 0 && attempt?.sequence === sequence && attempt.epoch === epoch;
}
