/** Time as the kit sees it; the engine's clock fits. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  monotonicMs(): number;
  /** Resolves early, without throwing, when `signal` aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}
