/** Where the time of an attempt went: see timings.ts. Attempts from before have none. */
export const attemptTimingsSchema: string = `
alter table attempt add column timings text;
`;
