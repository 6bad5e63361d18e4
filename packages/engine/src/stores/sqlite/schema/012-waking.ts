/**
 * An endpoint that is well again has its waiting lanes woken in parts, and this is where the next part begins: null once
 * all are. Kept with the endpoint, so that it goes on when the process that began is gone.
 */
export const wakingSchema: string = `
alter table endpoint add column waking_from integer;
create index endpoint_waking on endpoint (id) where waking_from is not null;
`;
