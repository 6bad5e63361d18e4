import { findTaskState } from '@doorbell/contract';

/** `50000 已完成 done`, or the bare number when the contract does not know it. */
export function stateLabel(code: number): string {
  const state = findTaskState(code);
  return state === undefined ? String(code) : `${code} ${state.zh} ${state.en}`;
}
