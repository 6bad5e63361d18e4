/** By the index that holds their work: of lanes and notices only those that are due at some time. */
const atWork = {
  pending: '',
  lane: 'due_at is not null and ',
  notice: 'due_at is not null and ',
} as const;

/**
 * The beginning of a statement: `busy`, the endpoints that have work in a table, with a null at its end. A loose index
 * scan: one probe for each of them, however many rows it has, and none for the others.
 */
export function busyEndpoints(table: keyof typeof atWork): string {
  const next = (after: string): string =>
    `select endpoint_id from ${table} where ${atWork[table]}endpoint_id > ${after} order by endpoint_id limit 1`;
  return `with recursive busy (endpoint_id) as (
      select (${next("''")})
      union all
      select (${next('busy.endpoint_id')}) from busy where busy.endpoint_id is not null)`;
}
