import type { HeldSign, RefusingSign, WaitingSign } from '../../alert-signs.ts';
import type { StoreAlerts } from '../../store-alerts.ts';
import type { StoredEndpoint } from '../endpoint-row.ts';
import { busyEndpoints } from './busy-endpoints.ts';
import type { StoreContext } from './context.ts';

export const alertSignsSql: Readonly<Record<'waiting' | 'refusing', string>> = {
  // A loose index scan: two probes of the primary key for each endpoint for which something waits, however much it is.
  waiting: `${busyEndpoints('pending')},
    oldest as (
      select endpoint_id, (select p.created_at from pending p where p.endpoint_id = busy.endpoint_id
        order by p.created_at limit 1) at from busy where endpoint_id is not null)
    select endpoint_id, at from oldest where at < ?1`,
  // The window of all endpoints by an index that holds only minutes with refusals.
  refusing: `select r.endpoint_id, sum(r.refused) refused,
      (select sum(s.delivered + s.refused + s.failed) from rollup s
        where s.span_ms = 60000 and s.endpoint_id = r.endpoint_id and s.at >= ?1 and s.at <= ?2) settled
    from rollup r indexed by rollup_refused
    where r.span_ms = 60000 and r.refused > 0 and r.endpoint_id > '' and r.at >= ?1 and r.at <= ?2
    group by r.endpoint_id having sum(r.refused) >= ?3`,
};

export function createReadAlertSigns({
  connection,
  endpoints,
  now,
}: StoreContext): StoreAlerts['readAlertSigns'] {
  const listWaiting = connection.prepare<{ endpoint_id: string; at: number }>(alertSignsSql.waiting);
  const listRefusing = connection.prepare<{ endpoint_id: string; refused: number; settled: number }>(
    alertSignsSql.refusing,
  );

  const about = ({ endpoint_id: endpointId }: { endpoint_id: string }) => {
    const endpoint = endpoints.find(endpointId);
    return endpoint === undefined ? [] : [{ endpointId, customerId: endpoint.customerId }];
  };

  return async ({ waitingMs, refusedMin, windowMs }) => {
    const at = now();
    return {
      now: at,
      held: endpoints.listHeld().map(heldSign),
      waiting: listWaiting
        .all(at - waitingMs)
        .flatMap((row): readonly WaitingSign[] =>
          about(row).map((sign) => ({ ...sign, oldestPendingAt: row.at })),
        ),
      refusing: listRefusing
        .all(at - windowMs, at, refusedMin)
        .flatMap((row): readonly RefusingSign[] =>
          about(row).map((sign) => ({ ...sign, refused: row.refused, settled: row.settled })),
        ),
    };
  };
}

function heldSign({ id: endpointId, customerId, pause, breaker }: StoredEndpoint): HeldSign {
  return {
    endpointId,
    customerId,
    pause: pause === null ? null : { reason: pause.reason, detail: pause.detail },
    failures: breaker.openedAt === null ? null : breaker.failures,
  };
}
