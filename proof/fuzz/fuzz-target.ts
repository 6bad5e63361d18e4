import type { Random } from '@doorbell/engine';

/** What is judged: for most targets one part, the bytes themselves. */
export type Input = readonly Buffer[];

/** One thing that reads what strangers send. */
export interface FuzzTarget {
  readonly name: string;
  /** The oracle's judge: proof/fuzz/oracle/judge_<oracle>.py. */
  readonly oracle: string;
  /** The same random numbers make the same input. */
  generate(random: Random): Input;
  /** `A` and what was read, or `R`, in the words of the oracle. Throws only when the product does. */
  judge(input: Input): string;
  /** The product with a planted bug, to see it caught. */
  judgeSabotaged(input: Input): string;
}

/** `?`: the oracle has no opinion, and the product has not crashed. */
export function isDifference(ours: string, theirs: string): boolean {
  return theirs !== '?' && ours !== theirs;
}
