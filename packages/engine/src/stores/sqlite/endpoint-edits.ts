import type { Actor } from '../../audit.ts';
import {
  type Endpoint,
  type EndpointDraft,
  EndpointTaken,
  type PauseReason,
  UnknownCustomer,
} from '../../endpoint.ts';
import { endpointView } from '../audit-view.ts';
import { drafted, isMended, paused, resumed, rotated } from '../edited-endpoint.ts';
import { endpointAt, type StoredEndpoint } from '../endpoint-row.ts';
import type { AuditLog } from './audit-log.ts';
import type { StoreContext } from './context.ts';
import { createWakeWaiting } from './wake-waiting.ts';

export interface EndpointEdits {
  put(draft: EndpointDraft, by?: Actor): Endpoint;
  pause(endpointId: string, reason: PauseReason, detail: string, by?: Actor): Endpoint | undefined;
  resume(endpointId: string, by?: Actor): Endpoint | undefined;
  rotateSignKey(endpointId: string, signKey: string, overlapMs: number, by?: Actor): Endpoint | undefined;
}

export function createEndpointEdits(context: StoreContext, audit: AuditLog): EndpointEdits {
  const { connection, customers, endpoints } = context;
  const wakeWaiting = createWakeWaiting(connection);

  function edit(
    endpointId: string,
    action: string,
    by: Actor | undefined,
    change: (endpoint: StoredEndpoint, now: number) => StoredEndpoint,
  ): Endpoint | undefined {
    const now = context.now();
    const stored = endpoints.find(endpointId);
    if (stored === undefined) return undefined;
    const changed = change(stored, now);
    const saved = changed === stored ? stored : endpoints.save({ ...changed, updatedAt: now }, now);
    audit.record(by, action, endpointId, endpointView(stored), endpointView(saved, stored));
    return endpointAt(saved, now);
  }

  return {
    put(draft, by) {
      const now = context.now();
      if (customers.find(draft.customerId) === undefined) throw new UnknownCustomer(draft.customerId);
      const before = endpoints.find(draft.id);
      if (before !== undefined && before.customerId !== draft.customerId) throw new EndpointTaken(draft.id);
      const saved = endpoints.save(drafted(draft, before, now), now);
      if (before !== undefined && isMended(before, saved)) wakeWaiting(saved.id, now);
      audit.record(by, 'endpoint.put', saved.id, endpointView(before), endpointView(saved, before));
      return endpointAt(saved, now);
    },
    pause: (endpointId, reason, detail, by) =>
      edit(endpointId, 'endpoint.pause', by, (endpoint, now) => paused(endpoint, reason, detail, now)),
    resume: (endpointId, by) =>
      edit(endpointId, 'endpoint.resume', by, (endpoint, now) => {
        const well = resumed(endpoint, by);
        wakeWaiting(endpoint.id, now);
        return well;
      }),
    rotateSignKey: (endpointId, signKey, overlapMs, by) =>
      edit(endpointId, 'endpoint.rotate-key', by, (endpoint, now) =>
        rotated(endpoint, signKey, overlapMs, now),
      ),
  };
}
