/** Where the time of an attempt went: see timings.ts. Attempts from before have none. The days get it from the whole. */
export const attemptTimingsSchema: string = `
alter table doorbell.attempt add column timings text;
`;
