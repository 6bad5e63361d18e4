import type { AttemptRecord, Notification, TaskHistory } from '@doorbell/engine';
import type { Fact } from '../fact.ts';
import type { Book } from './book.ts';

/** What the database says at the end, read through the ports for people. */
export interface FinalState {
  readonly tasks: readonly TaskHistory[];
  readonly notifications: readonly FinalNotification[];
}

export interface FinalNotification {
  readonly key: string;
  readonly notification: Notification;
  readonly attempts: readonly AttemptRecord[];
}

export interface Violation {
  readonly checker: string;
  readonly atMs: number;
  readonly what: string;
}

export type Report = (what: string) => void;

/** One promise, and how it is seen to be kept. */
export interface Checker {
  /** Sees each fact before the book does. */
  observe(fact: Fact, book: Book, report: Report): void;
  /** Sees what is left when everything has come to rest. */
  finish?(book: Book, final: FinalState, report: Report): void;
}
