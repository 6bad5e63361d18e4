import type { Probe } from './probe.ts';

/**
 * `must`: the contract, and every forgery that can be told from a true notification. `should`: what saves trouble.
 * `hardened`: what takes more than the contract's signature: fixed forms of ids, memory, the HMAC.
 */
export type Level = 'must' | 'should' | 'hardened';

/** One thing that an endpoint does right or wrong. Its group is what its id starts with. */
export interface ConformanceCase {
  /** Stable: never renamed, never used again for something else. */
  readonly id: string;
  readonly level: Level;
  /** One sentence. */
  readonly why: string;
  /** What is sent, in words. */
  readonly sends: string;
  /** What counts as right, in words. */
  readonly accepts: string;
  /** How to mend a failure. */
  readonly hint: string;
  /** Judged only when these passed; a failure of theirs would explain this one, or make its success say nothing. */
  readonly needs: readonly string[];
  /** A sentence when the run was not told what this case takes. */
  readonly findLack?: (probe: Probe) => string | null;
  /** Null, or a sentence that says what was wrong. */
  readonly run: (probe: Probe) => Promise<string | null>;
}

/** What is left to say when the case is an ordinary delivery or refusal. */
export interface Sketch {
  readonly id: string;
  readonly level?: Level;
  readonly why: string;
  readonly sends: string;
  readonly hint: string;
  readonly findLack?: (probe: Probe) => string | null;
}

/** Nothing else is judged before an endpoint accepts a plain delivery: one that refuses all would pass every refusal. */
export const plainDelivery = 'answer-accepted';
