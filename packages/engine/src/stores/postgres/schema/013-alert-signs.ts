/**
 * What alerts are judged by, found without asking every endpoint: those that are held, and minutes in which one refused
 * something, by their time. Other steps of an endpoint, and other counts, touch neither index.
 */
export const alertSignsSchema: string = `
create index endpoint_held on doorbell.endpoint (id) where paused_at is not null or breaker_opened_at is not null;
create index rollup_refused on doorbell.rollup (at) where span_ms = 60000 and refused > 0;
`;
