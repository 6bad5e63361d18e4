import { setTimeout as sleep } from 'node:timers/promises';
import type { NewChange, Random } from '@doorbell/engine';
import { type Appender, Refused } from './appender.ts';
import type { ProducerBooks } from './producer-books.ts';

export interface ProducerSettings {
  readonly events: number;
  readonly durationMs: number;
  readonly customers: readonly string[];
  readonly random: Random;
}

const atOnce = 24;
const changesPerTask = 10;
const rolledBackOf100 = 10;
const askedAgainOf100 = 2;
const states = [9000, 10000, 20000, 30000, 40000, 45000, 50000, 51000, 52000, 0];
const retryMs = 150;

/**
 * Appends so many events over so much time, by all ways in turn, many at once and so that they collide on their tasks.
 * What has no certain answer is tried again with the same event ids until it has one.
 */
export class Producer {
  readonly #settings: ProducerSettings;
  readonly #appenders: readonly Appender[];
  readonly #books: ProducerBooks;
  readonly #tasks: number;
  readonly #stop: AbortSignal;
  #taken = 0;
  #undone = 0;

  constructor(
    settings: ProducerSettings,
    appenders: readonly Appender[],
    books: ProducerBooks,
    stop: AbortSignal,
  ) {
    this.#settings = settings;
    this.#appenders = appenders;
    this.#books = books;
    this.#tasks = Math.max(20, Math.ceil(settings.events / changesPerTask));
    this.#stop = stop;
  }

  /** Resolves when every event is acknowledged. */
  async run(): Promise<void> {
    const startedAt = Date.now();
    // Each has hands of its own: while one way is closed, the others go on.
    const hands = this.#appenders.flatMap((appender) =>
      Array.from({ length: Math.ceil(atOnce / this.#appenders.length) }, () => appender),
    );
    await Promise.all(hands.map((appender) => this.#work(appender, startedAt)));
  }

  async #work(appender: Appender, startedAt: number): Promise<void> {
    const { events, durationMs, random } = this.#settings;
    while (this.#taken < events && !this.#stop.aborted) {
      const size = Math.min(1 + Math.floor(random() * appender.batchMax), events - this.#taken);
      this.#taken += size;
      const last = this.#taken;
      const dueAt = startedAt + (last / events) * durationMs;
      await sleep(Math.max(0, dueAt - Date.now()));
      if (random() * 100 < rolledBackOf100) await this.#undo(appender, size);
      await this.#append(appender, this.#newChanges('e', last, size));
    }
  }

  async #append(appender: Appender, changes: readonly NewChange[]): Promise<void> {
    const books = this.#books;
    const sequences = await this.#insist(() => appender.append(changes));
    if (sequences === undefined) return;
    books.acknowledge(
      appender.way,
      changes.map(({ customerId, houseTaskId, state, userName }, index) => {
        return { customerId, houseTaskId, sequence: sequences[index] ?? 0, state, event: userName };
      }),
    );
    if (appender.hasOwnRows) for (const { userName } of changes) books.withOwnRow.add(userName);
    if (this.#settings.random() * 100 >= askedAgainOf100) return;
    const again = await this.#insist(() => appender.append(changes));
    if (again !== undefined && again.join() !== sequences.join()) {
      books.wrongAnswers.push(
        `${changes[0]?.eventId} was ${sequences.join()} and, asked again, ${again.join()}`,
      );
    }
  }

  async #undo(appender: Appender, size: number): Promise<void> {
    const changes = this.#newChanges('r', this.#undone + size, size);
    this.#undone += size;
    const how = await this.#insist(() => appender.appendAndUndo(changes, this.#settings.random()));
    // Never committed, however it ended.
    const events = changes.map(({ userName }) => userName);
    this.#books.rollBack(how ?? 'given up', events);
  }

  /** Undefined when it was refused, which is noted, or the run ends. */
  async #insist<T>(attempt: () => Promise<T>): Promise<T | undefined> {
    while (!this.#stop.aborted) {
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof Refused) {
          this.#books.wrongAnswers.push(`refused: ${error.message}`);
          return undefined;
        }
        // Whatever else happens, producers never wait for each other or for delivery in a circle.
        if ((error as { code?: unknown }).code === '40P01') this.#books.wrongAnswers.push(String(error));
        this.#books.inDoubt += 1;
        await sleep(retryMs * (1 + this.#settings.random()));
      }
    }
    return undefined;
  }

  /** Events end with the number `last`; each carries its id as the user's name. */
  #newChanges(prefix: string, last: number, size: number): readonly NewChange[] {
    const { customers, random } = this.#settings;
    return Array.from({ length: size }, (_, index) => {
      const event = `${prefix}${last - size + index + 1}`;
      const task = Math.floor(random() * this.#tasks);
      return {
        customerId: customers[task % customers.length] ?? '',
        houseTaskId: `task-${task}`,
        houseId: `house-${task}`,
        packageId: `package-${task}`,
        userId: 'producer',
        userName: event,
        state: states[Math.floor(random() * states.length)] ?? 9000,
        extra: {},
        eventId: event,
      };
    });
  }
}
