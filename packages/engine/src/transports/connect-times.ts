/** When a connection got how far, on the monotonic clock; 0 where it has not. */
export interface ConnectTimes {
  startedMs: number;
  /** The address is known. */
  resolvedMs: number;
  connectedMs: number;
  securedMs: number;
  /** Whether there was a name to resolve. */
  readonly isNamed: boolean;
  readonly isSecure: boolean;
}

/** How long each step took, the one under way up to `endMs`; null for what did not begin. */
export function stepsOf(
  { startedMs, resolvedMs, connectedMs, securedMs, isNamed, isSecure }: ConnectTimes,
  endMs: number,
): { dnsMs: number | null; connectMs: number | null; tlsMs: number | null } {
  return {
    dnsMs: isNamed ? (resolvedMs || endMs) - startedMs : null,
    connectMs: resolvedMs === 0 ? null : (connectedMs || endMs) - resolvedMs,
    tlsMs: isSecure && connectedMs !== 0 ? (securedMs || endMs) - connectedMs : null,
  };
}
