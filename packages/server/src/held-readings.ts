import type { Backlog, Clock, StoreAdmin } from '@doorbell/engine';
import { listTroubles, type Trouble } from './overview.ts';

/**
 * What is read over all endpoints, for everyone who asks: scrapes, probes, open consoles. Reading it takes the longer the more
 * there is, so it is held in proportion, and who asks meanwhile is given what was read.
 */
export interface HeldReadings {
  /** Held for a second for every 100,000 rows that it counted: fresh below that, a minute old at most. */
  backlog(): Promise<Held<Backlog>>;
  /** Held for a second for every 1,000 endpoints: fresh below that, a minute old at most. */
  troubles(): Promise<Held<readonly Trouble[]>>;
}

interface Held<T> {
  readonly value: T;
  /** How long ago it was read. */
  readonly ageMs: number;
}

const countedPerSecond = 100_000;
const endpointsPerSecond = 1_000;
const heldMsMax = 60_000;

interface Ports {
  readonly admin: Pick<StoreAdmin, 'backlog' | 'listEndpoints' | 'listPending' | 'sumRollups'>;
  readonly clock: Clock;
}

export function createHeldReadings({ admin, clock }: Ports): HeldReadings {
  return {
    backlog: createHeldReading(clock, async () => {
      const value = await admin.backlog();
      const { pending, claimable, lanesParked } = value;
      return { value, seconds: (pending + claimable + lanesParked) / countedPerSecond };
    }),
    troubles: createHeldReading(clock, async () => {
      const endpoints = await admin.listEndpoints();
      const value = await listTroubles(endpoints, admin, clock.now());
      return { value, seconds: endpoints.length / endpointsPerSecond };
    }),
  };
}

/** Of several who ask at once, one reads; what fails is not held. */
function createHeldReading<T>(
  clock: Clock,
  read: () => Promise<{ readonly value: T; readonly seconds: number }>,
): () => Promise<Held<T>> {
  let held: { readonly value: T; readonly readAtMs: number; readonly untilMs: number } | undefined;
  let reading: Promise<Held<T>> | undefined;

  async function readAgain(): Promise<Held<T>> {
    const { value, seconds } = await read();
    const readAtMs = clock.monotonicMs();
    held = { value, readAtMs, untilMs: readAtMs + Math.min(heldMsMax, Math.floor(seconds) * 1_000) };
    return { value, ageMs: 0 };
  }

  return () => {
    const nowMs = clock.monotonicMs();
    if (held !== undefined && nowMs < held.untilMs) {
      return Promise.resolve({ value: held.value, ageMs: nowMs - held.readAtMs });
    }
    reading ??= readAgain().finally(() => {
      reading = undefined;
    });
    return reading;
  };
}
