/** Where the time of an attempt went, in milliseconds; null for what did not happen. */
export interface Timings {
  /** Waiting for one of the endpoint's connections to be free. */
  readonly queuedMs: number | null;
  /** This and the next two are null on a connection that was kept from an earlier request. */
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  /** From the request to the first byte of the answer, or to the end when none came. */
  readonly waitMs: number | null;
  /** From the first byte of the answer to its last. */
  readonly downloadMs: number | null;
}

/** As attempts carry and keep them: whole microseconds between commas, in the order above, nothing for null. */
export function encodeTimings({ queuedMs, dnsMs, connectMs, tlsMs, waitMs, downloadMs }: Timings): string {
  return `${micros(queuedMs)},${micros(dnsMs)},${micros(connectMs)},${micros(tlsMs)},${micros(waitMs)},${micros(downloadMs)}`;
}

export function decodeTimings(text: string): Timings {
  const [queuedMs = null, dnsMs = null, connectMs = null, tlsMs = null, waitMs = null, downloadMs = null] =
    text.split(',').map((part) => (part === '' ? null : Number(part) / 1_000));
  return { queuedMs, dnsMs, connectMs, tlsMs, waitMs, downloadMs };
}

function micros(ms: number | null): string {
  return ms === null ? '' : String(Math.max(0, Math.round(ms * 1_000)));
}
