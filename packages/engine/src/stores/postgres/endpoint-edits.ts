import type { Actor } from '../../audit.ts';
import { type Endpoint, EndpointTaken, UnknownCustomer } from '../../endpoint.ts';
import type { StoreAdmin } from '../../ports.ts';
import { endpointView } from '../audit-view.ts';
import { drafted, isMended, paused, resumed, rotated } from '../edited-endpoint.ts';
import { endpointAt, type StoredEndpoint } from '../endpoint-row.ts';
import type { AuditLog } from './audit-log.ts';
import type { StoreContext } from './context.ts';
import { customerSql } from './customer-book.ts';
import { EndpointBook } from './endpoint-book.ts';
import type { Session } from './transaction.ts';
import { wakeWaiting } from './wake-waiting.ts';

export type EndpointEdits = Pick<
  StoreAdmin,
  'putEndpoint' | 'pauseEndpoint' | 'resumeEndpoint' | 'rotateSignKey'
>;

/** Each edit locks the endpoint's row first, so that none undoes what another process did meanwhile. */
export function createEndpointEdits(
  { database, vault, givenNow }: StoreContext,
  audit: AuditLog,
): EndpointEdits {
  function edit(
    endpointId: string,
    action: string,
    by: Actor | undefined,
    change: (endpoint: StoredEndpoint, now: number) => StoredEndpoint,
    after: (session: Session, now: number) => Promise<void> = async () => undefined,
  ): Promise<Endpoint | undefined> {
    return database.transaction(async (session) => {
      const endpoints = new EndpointBook(session, vault);
      const stored = (await endpoints.lock([endpointId])).get(endpointId);
      if (stored === undefined) return undefined;
      const now = await endpoints.now(givenNow());
      const changed = change(stored, now);
      const saved = changed === stored ? stored : await endpoints.save({ ...changed, updatedAt: now }, now);
      if (saved === undefined) return undefined;
      await after(session, now);
      await audit.record(session, by, action, endpointId, endpointView(stored), endpointView(saved, stored));
      return endpointAt(saved, now);
    });
  }

  return {
    putEndpoint: (draft, by) =>
      database.transaction(async (session) => {
        const endpoints = new EndpointBook(session, vault);
        const owners = await session.rows(customerSql.find, draft.customerId);
        if (owners.length === 0) throw new UnknownCustomer(draft.customerId);
        const before = (await endpoints.lock([draft.id])).get(draft.id);
        const at = await endpoints.now(givenNow());
        const written = await endpoints.save(drafted(draft, before, at), at);
        if (written === undefined) throw new EndpointTaken(draft.id);
        if (before !== undefined && isMended(before, written)) await wakeWaiting(session, draft.id, at);
        const views = [endpointView(before), endpointView(written, before)] as const;
        await audit.record(session, by, 'endpoint.put', draft.id, ...views);
        return endpointAt(written, at);
      }),
    pauseEndpoint: (endpointId, reason, detail, by) =>
      edit(endpointId, 'endpoint.pause', by, (endpoint, now) => paused(endpoint, reason, detail, now)),
    // With the edit, so that a process that ends right afterwards leaves nobody waiting for a retry hours ahead.
    resumeEndpoint: (endpointId, by) =>
      edit(
        endpointId,
        'endpoint.resume',
        by,
        (endpoint) => resumed(endpoint, by),
        (session, now) => wakeWaiting(session, endpointId, now),
      ),
    rotateSignKey: (endpointId, signKey, overlapMs, by) =>
      edit(endpointId, 'endpoint.rotate-key', by, (endpoint, now) =>
        rotated(endpoint, signKey, overlapMs, now),
      ),
  };
}
