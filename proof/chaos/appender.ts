import type { NewChange } from '@doorbell/engine';

/** A way for producers to record changes. */
export interface Appender {
  readonly way: string;
  /** At most so many changes go at once. */
  readonly batchMax: number;
  /** The changes are committed together with a row of the producer's own for each. */
  readonly hasOwnRows: boolean;
  /** Resolves with the sequences when all are committed; rejects when that is not certain. */
  append(changes: readonly NewChange[]): Promise<readonly number[]>;
  /** Has all of them undone, by one of several means; resolves with its name when they certainly are. */
  appendAndUndo(changes: readonly NewChange[], roll: number): Promise<string>;
}

/** Doorbell would not take what is legal. */
export class Refused extends Error {}
