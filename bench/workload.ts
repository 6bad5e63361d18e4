import {
  breakerClosed,
  type Endpoint,
  type EndpointDraft,
  endpointPolicyDefaults,
  type NewChange,
} from '@doorbell/engine';

/** Four customers with one endpoint each, every endpoint with the default limit: 128 requests in flight in all. */
export const customerIds = ['customer-1', 'customer-2', 'customer-3', 'customer-4'] as const;
export const connectionsMax: number = customerIds.length * endpointPolicyDefaults.inFlightMax;

export function draftOfEndpoint(customerId: string, sinkUrl: string): EndpointDraft {
  return {
    ...endpointPolicyDefaults,
    id: `endpoint-of-${customerId}`,
    customerId,
    url: `${sinkUrl}/notify/${customerId}`,
    signKey: 'CdLvNRRQvy0xjORPNvuVaA',
    webhookSecret: null,
  };
}

/** The same endpoint as a store would return it, for those who have no store. */
export function endpointOf(customerId: string, sinkUrl: string): Endpoint {
  const draft = draftOfEndpoint(customerId, sinkUrl);
  return {
    ...draft,
    signKey: draft.signKey ?? null,
    webhookSecret: null,
    previousSignKey: null,
    previousSignKeyUntil: null,
    pause: null,
    breaker: breakerClosed,
    heldMs: 0,
    createdAt: 0,
    updatedAt: 0,
  };
}

/** How a task goes on when it has many changes: a legal way round that never ends. */
const states = [40_000, 45_000] as const;

/** The `index`th of a series of changes; `tasks` of them belong to different tasks, then it starts with the first again. */
export function changeOf(index: number, tasks: number, series: string): NewChange {
  const task = index % tasks;
  const number = String(task).padStart(8, '0');
  return {
    customerId: customerIds[task % customerIds.length] ?? customerIds[0],
    houseTaskId: `${series}-${number}`,
    houseId: `SH-PD-2021-${number}`,
    packageId: `5f3c9a1e7b2d4c60${number}`,
    userId: `u${task % 997}`,
    userName: `摄影师${task % 97}`,
    state: states[Math.floor(index / tasks) % states.length] ?? 40_000,
    extra: {},
    eventId: null,
  };
}
