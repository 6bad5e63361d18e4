import { type Connection, isSqliteError, type Statement } from './connection.ts';

interface Operation {
  readonly run: () => unknown;
  readonly isRepeatable: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Ran = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown };

/** Thrown for every write after the disk has failed; see `GroupCommit`. */
export class StoreBroken extends Error {
  constructor(cause: unknown) {
    super('The disk failed while the database was being written. Check the disk, then restart Doorbell.', {
      cause,
    });
    this.name = 'StoreBroken';
  }
}

/**
 * One transaction, and so one sync, for all that was asked for in one turn of the event loop. Each operation
 * fails alone, undone to a savepoint; all are answered after the commit.
 */
export class GroupCommit {
  readonly #connection: Connection;
  readonly #onRollback: () => void;
  readonly #savepoint: Statement<never>;
  readonly #release: Statement<never>;
  #queue: Operation[] = [];
  #scheduled = false;
  readonly #breaking = Promise.withResolvers<StoreBroken>();
  #broken: StoreBroken | undefined;
  #transactions = 0;

  /** `onRollback` is called when anything was undone, so that nothing undone stays in memory. */
  constructor(connection: Connection, onRollback: () => void) {
    this.#connection = connection;
    this.#onRollback = onRollback;
    this.#savepoint = connection.prepare('savepoint operation');
    this.#release = connection.prepare('release operation');
  }

  /** Resolves when the disk has failed, and with it every write from then on. */
  get broken(): Promise<StoreBroken> {
    return this.#breaking.promise;
  }

  /** Number of write transactions committed so far. */
  get transactions(): number {
    return this.#transactions;
  }

  /** Whether a transaction is going to be written anyway, so that joining it costs no other. */
  get isScheduled(): boolean {
    return this.#scheduled;
  }

  /** `run` is synchronous, and sees what was queued before it. */
  write<T>(run: () => T): Promise<T> {
    return this.#enqueue(run, false);
  }

  /** For what leaves nothing behind but rows, so that it can be undone and run again when a neighbour fails. */
  writeRepeatable<T>(run: () => T): Promise<T> {
    return this.#enqueue(run, true);
  }

  #enqueue<T>(run: () => T, isRepeatable: boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ run, isRepeatable, resolve: resolve as (value: unknown) => void, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => this.flush());
    });
  }

  /** Commits what is queued, now. */
  flush(): void {
    this.#scheduled = false;
    const operations = this.#queue;
    this.#queue = [];
    if (operations.length === 0) return;
    try {
      if (this.#broken !== undefined) throw this.#broken;
      answer(operations, this.#commit(operations));
    } catch (error) {
      for (const operation of operations) operation.reject(error);
    }
  }

  #commit(operations: readonly Operation[]): readonly Ran[] {
    this.#connection.exec('begin immediate');
    try {
      const ran = this.#runAll(operations);
      this.#connection.exec('commit');
      this.#transactions += 1;
      return ran;
    } catch (error) {
      if (this.#connection.inTransaction) this.#connection.exec('rollback');
      this.#onRollback();
      // After a failed sync the kernel may have dropped the pages; going on as if nothing were lost is how
      // acknowledged rows vanish. A full disk is not such a failure: it passes.
      if (isSqliteError(error, 'ioError')) this.#break(new StoreBroken(error));
      throw this.#broken ?? error;
    }
  }

  #break(broken: StoreBroken): void {
    this.#broken = broken;
    this.#breaking.resolve(broken);
  }

  #runAll(operations: readonly Operation[]): readonly Ran[] {
    const ran: Ran[] = [];
    for (let start = 0, end = 0; start < operations.length; start = end) {
      end = endOfNeighbours(operations, start);
      const neighbours = operations.slice(start, end);
      const together = neighbours.length > 1 ? this.#runTogether(neighbours) : undefined;
      for (const each of together ?? neighbours.map((operation) => this.#runAlone(operation))) ran.push(each);
    }
    return ran;
  }

  /**
   * In one savepoint; undefined when one of them failed. SQLite copies a page before it is first written in a savepoint:
   * with one for each, that was a quarter of the time of an append.
   */
  #runTogether(operations: readonly Operation[]): readonly Ran[] | undefined {
    this.#savepoint.run();
    try {
      const ran = operations.map(({ run }): Ran => ({ ok: true, value: run() }));
      this.#release.run();
      return ran;
    } catch (error) {
      this.#undo(error);
      return undefined;
    }
  }

  #runAlone(operation: Operation): Ran {
    this.#savepoint.run();
    try {
      const value = operation.run();
      this.#release.run();
      return { ok: true, value };
    } catch (error) {
      this.#undo(error);
      return { ok: false, error };
    }
  }

  #undo(error: unknown): void {
    // SQLite itself rolls everything back when the disk is full or failing: then all fail together.
    if (!this.#connection.inTransaction) throw error;
    this.#connection.exec('rollback to operation; release operation');
    this.#onRollback();
  }
}

/** After the last of those from `start` on that may run together; after the first where it may not. */
function endOfNeighbours(operations: readonly Operation[], start: number): number {
  let end = start;
  while (operations[end]?.isRepeatable) end += 1;
  return Math.max(end, start + 1);
}

function answer(operations: readonly Operation[], ran: readonly Ran[]): void {
  operations.forEach((operation, index) => {
    const result = ran[index];
    if (result?.ok) operation.resolve(result.value);
    else operation.reject(result?.error);
  });
}
