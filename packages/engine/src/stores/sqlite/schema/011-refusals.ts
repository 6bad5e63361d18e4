/** Minutes in which an endpoint refused something, by their time: who refuses is found without asking every endpoint. */
export const refusalsSchema: string = `
create index rollup_refused on rollup (at, refused) where span_ms = 60000 and refused > 0;
`;
