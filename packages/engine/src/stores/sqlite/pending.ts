import type { EndpointPending } from '../../rollup.ts';
import type { StoreContext } from './context.ts';

export const pendingSql = {
  count: 'select count(*) n from (select 1 from pending where endpoint_id = ?1 limit ?2)',
  oldest: 'select created_at at from pending where endpoint_id = ? order by created_at limit 1',
} as const;

export function createListPending({
  connection,
}: StoreContext): (endpointIds: readonly string[], countMax: number) => readonly EndpointPending[] {
  const count = connection.prepare<{ n: number }>(pendingSql.count);
  const findOldest = connection.prepare<{ at: number }>(pendingSql.oldest);
  return (endpointIds, countMax) =>
    endpointIds.map((endpointId) => ({
      endpointId,
      pending: count.get(endpointId, countMax)?.n ?? 0,
      oldestPendingAt: findOldest.get(endpointId)?.at ?? null,
    }));
}
