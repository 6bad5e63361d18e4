/** For those who watch what other processes deliver: an index by blocks, which costs an insert next to nothing. */
export const attemptsByTimeSchema: string = `
create index attempt_by_time on doorbell.attempt using brin (recorded_at)
  with (pages_per_range = 16, autosummarize = on);
`;
