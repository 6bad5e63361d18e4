import type { Socket } from 'node:net';
import type { AlertAnswer, AlertChannel, Clock, Engine, NetworkPolicy, StoreAdmin } from '@doorbell/engine';
import type { Logger } from 'pino';
import type { HeldReadings } from './held-readings.ts';
import type { Metrics } from './metrics.ts';
import type { OpenDatabase } from './open-database.ts';
import type { Role } from './role.ts';
import type { Tail } from './tail.ts';

/** What the HTTP API stands on. */
export interface AppPorts {
  readonly engine: Pick<Engine, 'append' | 'test' | 'hint' | 'health'>;
  readonly admin: StoreAdmin;
  readonly readings: HeldReadings;
  /** Sends a message that is no alert, now. */
  readonly testAlertChannel: (channel: AlertChannel) => Promise<AlertAnswer>;
  readonly database: Pick<OpenDatabase, 'isShared' | 'isWritable'>;
  readonly roles: readonly Role[];
  /** Where the built console is; it may be missing. */
  readonly consoleDirectory: string;
  readonly policy: NetworkPolicy;
  /** Opens one connection under the same rules for addresses as a delivery. Calls back once; what it returns gives up. */
  readonly connect: (
    url: URL,
    timeoutMs: number,
    done: (failure: Error | null, socket: Socket | null) => void,
  ) => () => void;
  readonly clock: Clock;
  /** Networks of proxies whose X-Forwarded headers are believed, beside loopback. */
  readonly trustedProxies: readonly string[];
  /** Opens `POST /v1/setup` while there is no user; null when there is one. */
  readonly setupToken: string | null;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly metrics: Metrics;
  readonly tail: Tail;
  readonly logger: Logger;
}
