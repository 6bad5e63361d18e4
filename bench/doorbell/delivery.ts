import { type Appended, Engine, type NewChange, type Store } from '@doorbell/engine';
import { createHttpTransport } from '@doorbell/engine/http';
import { createInProcessWakeup, systemClock } from '@doorbell/engine/system';
import { loopbackPolicy } from './open-store.ts';

/** The engine joined as the server joins it. */
export interface Delivery {
  append(changes: readonly NewChange[]): Promise<readonly Appended[]>;
  /** Delivers until `stop`; may begin again. */
  start(): void;
  /** Settles what is in flight. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export interface DeliveryObserver {
  /** Recorded as delivered, and synced. */
  delivered(endpointId: string): void;
  /** Anything else that became of an attempt or of the engine. */
  failed(error: Error): void;
}

export function createDelivery(store: Store, observer: DeliveryObserver): Delivery {
  const transport = createHttpTransport({ policy: loopbackPolicy, userAgent: 'Doorbell/0.1.0' });
  const engine = new Engine({
    store,
    transport,
    clock: systemClock,
    wakeup: createInProcessWakeup(systemClock),
    random: Math.random,
    observer: {
      settled(claim, { step }, verdict) {
        const isDelivered = verdict === 'applied' && step.kind === 'advance' && step.result === 1;
        if (isDelivered) observer.delivered(claim.endpoint.id);
        else if (step.kind !== 'release')
          observer.failed(new Error(`change ${claim.sequence} of ${claim.change.houseTaskId}: ${step.kind}`));
      },
      failed: (doing, error) => observer.failed(new Error(`cannot ${doing}: ${error}`)),
    },
  });
  let stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  return {
    append: (changes) => engine.append(changes),
    start() {
      stopping = new AbortController();
      running = engine.run(stopping.signal);
    },
    async stop() {
      stopping.abort();
      await running;
    },
    close: () => transport.close(),
  };
}
