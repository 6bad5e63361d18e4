import type { BreakerState } from './breaker.ts';
import type { EpochMs } from './ports.ts';

/** Where one customer is notified: URL, sign keys, limits, policy. Held with plain keys in memory only. */
export interface Endpoint extends EndpointPolicy {
  readonly id: string;
  readonly customerId: string;
  readonly url: string;
  /** null: notifications are sent unsigned, as the contract allows for a customer without an agreed key. */
  readonly signKey: string | null;
  /** Tried once more after an answer 401 to `signKey`, until `previousSignKeyUntil`. */
  readonly previousSignKey: string | null;
  readonly previousSignKeyUntil: EpochMs | null;
  /** `whsec_` and base64, for the Standard Webhooks headers; never the signKey. */
  readonly webhookSecret: string | null;
  readonly pause: Pause | null;
  readonly breaker: BreakerState;
  /** Milliseconds, up to now, in which the endpoint was paused or its breaker open. */
  readonly heldMs: number;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
}

/** During the overlap of a rotation, while the key before the present one is good as well. */
export function isRotating(endpoint: Endpoint, now: EpochMs): boolean {
  return endpoint.previousSignKey !== null && now < (endpoint.previousSignKeyUntil ?? 0);
}

export interface EndpointPolicy {
  /** Revision of the contract: `seed` sends userId and userName, `2021-05` leaves them out. */
  readonly revision: 'seed' | '2021-05';
  /** `latest`: a change that a newer one of the same task overtook is recorded as superseded, not sent. */
  readonly coalesce: 'every' | 'latest';
  /** After the retry horizon: go on with the task's next change, or park the task until someone resends. */
  readonly onGiveUp: 'continue' | 'park';
  /** Requests at the same time, from each process that delivers: nobody counts those of all together. */
  readonly inFlightMax: number;
  readonly connectTimeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly retryHorizonMs: number;
  /** Where to send the delivery-failed notice at the end of the horizon; null for nowhere. */
  readonly deliveryFailedUrl: string | null;
}

export const endpointPolicyDefaults: EndpointPolicy = {
  revision: 'seed',
  coalesce: 'every',
  onGiveUp: 'continue',
  inFlightMax: 32,
  connectTimeoutMs: 3_000,
  totalTimeoutMs: 15_000,
  retryHorizonMs: 72 * 3_600_000,
  deliveryFailedUrl: null,
};

/** `customer`: by its own link. Its pause gives way to an operator's, which the customer cannot end. */
export type PauseReason = 'operator' | 'customer' | 'unauthorized' | 'gone';

export interface Pause {
  readonly at: EpochMs;
  readonly reason: PauseReason;
  readonly detail: string;
}

/** What is needed to create or replace an endpoint; `undefined` keys keep what is stored. */
export interface EndpointDraft extends EndpointPolicy {
  readonly id: string;
  readonly customerId: string;
  readonly url: string;
  readonly signKey: string | null | undefined;
  readonly webhookSecret: string | null | undefined;
}

/** Thrown by `StoreAdmin.putEndpoint` when the draft names a customer that does not exist. */
export class UnknownCustomer extends Error {
  constructor(customerId: string) {
    super(`There is no customer ${JSON.stringify(customerId)}.`);
    this.name = 'UnknownCustomer';
  }
}

/** Thrown by `StoreAdmin.putEndpoint` for an endpoint of another customer: its lanes hold that one's tasks. */
export class EndpointTaken extends Error {
  constructor(endpointId: string) {
    super(`Endpoint ${JSON.stringify(endpointId)} belongs to another customer; choose another id.`);
    this.name = 'EndpointTaken';
  }
}

/** Thrown by `StoreAdmin.resumeEndpoint` to a customer who would end the pause of an operator. */
export class PausedByOperator extends Error {
  constructor() {
    super('An operator has paused the endpoint, and only an operator resumes it.');
    this.name = 'PausedByOperator';
  }
}
