import type { Clock } from '@doorbell/engine';
import type { NotificationRecord } from '../listen-record.ts';
import { paint, print } from '../print.ts';
import { stateLabel } from '../state-label.ts';

/** Shows notifications as the receivers report them, and remembers what the closing summary needs. */
export class DeliveryLog {
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #records: NotificationRecord[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedMs = clock.monotonicMs();
  }

  add(record: NotificationRecord): void {
    this.#records.push(record);
    print(this.#line(record));
    if (record.answered !== 200) {
      print(
        paint(
          'dim',
          `${' '.repeat(9)}the later changes of ${record.houseTaskId} wait until this one is accepted`,
        ),
      );
    }
  }

  get verified(): number {
    return this.#records.filter(({ verified }) => verified).length;
  }

  get accepted(): number {
    return this.#records.filter(({ answered }) => answered === 200).length;
  }

  /** Whether no task was ever answered 200 for a change before an earlier one. */
  get inOrder(): boolean {
    const last = new Map<string, number>();
    return this.#records
      .filter(({ answered }) => answered === 200)
      .every(({ houseTaskId, sequence }) => {
        const task = houseTaskId ?? '';
        const follows = (sequence ?? 0) >= (last.get(task) ?? 0);
        last.set(task, sequence ?? 0);
        return follows;
      });
  }

  #line(record: NotificationRecord): string {
    const seconds = paint(
      'dim',
      `${((this.#clock.monotonicMs() - this.#startedMs) / 1000).toFixed(1).padStart(5)} s`,
    );
    const task = paint('bold', (record.houseTaskId ?? '?').padEnd(8));
    const sequence = `#${record.sequence ?? '?'}`.padEnd(4);
    const state = padDisplay(stateLabel(record.state ?? 0), 50);
    const verdict = record.verified ? paint('green', 'verified') : paint('red', 'not verified');
    const answered = paint(record.answered === 200 ? 'green' : 'red', `answered ${record.answered}`);
    return `${seconds}  ${task}${sequence}${state}${verdict}, ${answered}, attempt ${record.attempt ?? '?'}`;
  }
}

/** Pads to columns of a terminal, where a Chinese character takes two. */
function padDisplay(text: string, columns: number): string {
  const wide = text.match(/[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]/g)?.length ?? 0;
  return text.padEnd(columns - wide);
}
