import {
  type Endpoint,
  type EndpointDraft,
  EndpointTaken,
  type PauseReason,
  UnknownCustomer,
} from '../../endpoint.ts';
import { drafted, isMended, paused, resumed, rotated } from '../edited-endpoint.ts';
import { endpointAt, type StoredEndpoint } from '../endpoint-row.ts';
import type { StoreContext } from './context.ts';
import { createWakeWaiting } from './wake-waiting.ts';

export interface EndpointEdits {
  put(draft: EndpointDraft): Endpoint;
  pause(endpointId: string, reason: PauseReason, detail: string): Endpoint | undefined;
  resume(endpointId: string): Endpoint | undefined;
  rotateSignKey(endpointId: string, signKey: string, overlapMs: number): Endpoint | undefined;
}

export function createEndpointEdits(context: StoreContext): EndpointEdits {
  const { connection, customers, endpoints } = context;
  const wakeWaiting = createWakeWaiting(connection);

  function edit(
    endpointId: string,
    change: (endpoint: StoredEndpoint, now: number) => StoredEndpoint,
  ): Endpoint | undefined {
    const now = context.now();
    const stored = endpoints.find(endpointId);
    if (stored === undefined) return undefined;
    const changed = change(stored, now);
    return endpointAt(changed === stored ? stored : endpoints.save({ ...changed, updatedAt: now }, now), now);
  }

  return {
    put(draft) {
      const now = context.now();
      if (customers.find(draft.customerId) === undefined) throw new UnknownCustomer(draft.customerId);
      const before = endpoints.find(draft.id);
      if (before !== undefined && before.customerId !== draft.customerId) throw new EndpointTaken(draft.id);
      const saved = endpoints.save(drafted(draft, before, now), now);
      if (before !== undefined && isMended(before, saved)) wakeWaiting(saved.id, now);
      return endpointAt(saved, now);
    },
    pause: (endpointId, reason, detail) =>
      edit(endpointId, (endpoint, now) => paused(endpoint, reason, detail, now)),
    resume: (endpointId) =>
      edit(endpointId, (endpoint, now) => {
        wakeWaiting(endpoint.id, now);
        return resumed(endpoint);
      }),
    rotateSignKey: (endpointId, signKey, overlapMs) =>
      edit(endpointId, (endpoint, now) => rotated(endpoint, signKey, overlapMs, now)),
  };
}
