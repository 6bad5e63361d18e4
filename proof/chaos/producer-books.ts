import type { Acknowledged } from './oracle.ts';

/** What the producer knows of its changes, counted by the way they were appended. */
export class ProducerBooks {
  readonly acknowledged: Acknowledged[] = [];
  /** Events whose append was certainly undone. */
  readonly rolledBack = new Set<string>();
  /** Events that were committed in a transaction together with a row of the producer's own. */
  readonly withOwnRow = new Set<string>();
  readonly acknowledgedBy = new Map<string, number>();
  readonly rolledBackBy = new Map<string, number>();
  /** Appends without a certain answer, each tried again with the same event ids. */
  inDoubt = 0;
  /** Answers that contradict what was answered before, and refusals of what is legal: none is expected. */
  readonly wrongAnswers: string[] = [];

  acknowledge(way: string, changes: readonly Acknowledged[]): void {
    this.acknowledged.push(...changes);
    count(this.acknowledgedBy, way, changes.length);
  }

  rollBack(how: string, events: readonly string[]): void {
    for (const event of events) this.rolledBack.add(event);
    count(this.rolledBackBy, how, events.length);
  }
}

function count(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
