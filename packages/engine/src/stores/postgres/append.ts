import {
  type Appended,
  type AppendRefusal,
  AppendRefused,
  type Change,
  type NewChange,
} from '../../change.ts';
import type { EpochMs } from '../../ports.ts';
import { isDatabaseError } from './database.ts';
import type { Session } from './transaction.ts';

const appendSql = {
  append: 'select * from doorbell.append_changes($1::jsonb, $2::bigint)',
} as const;

interface AppendedRow {
  readonly index: number;
  readonly sequence: number;
  readonly transition: Change['transition'];
  readonly created_at: number;
  readonly endpoints: number;
}

/** One statement, whatever the number of changes. The caller's transaction makes it all or nothing. */
export async function appendChanges(
  session: Session,
  changes: readonly NewChange[],
  givenNow: EpochMs | null,
): Promise<readonly Appended[]> {
  const items = changes.map((change, index) => ({ index, ...change }));
  const rows = await session
    .rows<AppendedRow>(appendSql.append, JSON.stringify(items), givenNow)
    .catch((error: unknown) => {
      throw refusalOf(error) ?? error;
    });
  const recorded = new Map(rows.map((row) => [row.index, row]));
  return changes.map(({ customerId, houseTaskId, state }, index) => {
    const row = recorded.get(index);
    if (row === undefined) throw new Error(`Nothing was answered for change ${index}.`);
    const { sequence, transition, created_at: createdAt, endpoints } = row;
    return { customerId, houseTaskId, sequence, state, transition, createdAt, endpoints };
  });
}

const refusals: ReadonlySet<string> = new Set(['unknown-customer', 'illegal-transition', 'event-id-reused']);

/** Written by doorbell.refuse_change. */
function refusalOf(error: unknown): AppendRefused | undefined {
  if (!isDatabaseError(error) || error.code !== 'DBR01' || error.detail === undefined) return undefined;
  const { reason, index } = JSON.parse(error.detail) as { reason: string; index: number };
  return isRefusal(reason) ? new AppendRefused(reason, index, error.message) : undefined;
}

function isRefusal(reason: string): reason is AppendRefusal {
  return refusals.has(reason);
}
