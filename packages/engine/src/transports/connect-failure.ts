import type { TransportFailure } from '../ports.ts';

/** No usable connection came about, so no byte of a request was written. */
export class ConnectFailure extends Error {
  readonly reason: TransportFailure;
  /** The address that was tried, when it got as far as that. */
  readonly remoteAddress: string | null;

  constructor(reason: TransportFailure, message: string, remoteAddress: string | null = null) {
    super(message);
    this.name = 'ConnectFailure';
    this.reason = reason;
    this.remoteAddress = remoteAddress;
  }
}
