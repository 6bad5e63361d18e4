import type { Connection } from './connection.ts';

export const statesOfSql = {
  // A loose index scan: one probe for each state.
  states: `with recursive seen (state) as (
      select (select state from change indexed by change_by_state where customer_id = ?1 order by state limit 1)
      union all
      select (select state from change indexed by change_by_state where customer_id = ?1 and state > seen.state
              order by state limit 1)
      from seen where seen.state is not null)
    select state from seen where state is not null`,
} as const;

/** Which states a customer's changes have entered: each is an index range of its own. */
export function createStatesOf(connection: Connection): (customerId: string) => readonly number[] {
  const list = connection.prepare<{ state: number }>(statesOfSql.states);
  return (customerId) => list.all(customerId).map(({ state }) => state);
}
