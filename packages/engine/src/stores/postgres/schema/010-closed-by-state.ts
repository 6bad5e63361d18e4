/** A rare state among a million that failed is found without reading the others. */
export const closedByStateSchema: string = `
create index closed_by_state on doorbell.closed (result, endpoint_id, state, created_at, task_id, seq, lane_id);
`;
