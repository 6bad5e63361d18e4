import type { Clock, Store } from './ports.ts';
import type { Retired } from './retention.ts';

export interface RetirePorts {
  readonly store: Pick<Store, 'retire'>;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly observer: RetireObserver;
}

/** Told what happens. Must not throw. */
export interface RetireObserver {
  retired(retired: Retired): void;
  failed(doing: string, error: unknown): void;
}

/** Between two parts: what else waits for the database goes first. */
const betweenPartsMs = 25;
const betweenLooksMs = 300_000;

/**
 * Retires what is older than `retentionMs` in small parts until `stop` aborts; null keeps everything. Any number of
 * processes may do so on one database.
 */
export async function retireOld(
  { store, clock, observer }: RetirePorts,
  retentionMs: number | null,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    let more = false;
    try {
      const retired = await store.retire(retentionMs);
      observer.retired(retired);
      more = retired.more;
    } catch (error) {
      observer.failed('retire what is old', error);
    }
    await clock.sleep(more ? betweenPartsMs : betweenLooksMs, stop);
  }
}
