import {
  createReceiver,
  type Memory,
  type ReceivedChange,
  type Receiver,
  type Refusal,
  RepeatedNotification,
} from '@doorbell/receiver';
import { describe, expect, it } from 'vitest';

import { entry, nextScope } from './describe-memory.ts';
import { KEY, NOW, seedFields } from './signed-request.ts';
import { SECRET, webhookRequest } from './webhook-request.ts';

/** A customer's database: a table of effects, and transactions that take the memory in. */
export interface TestDatabase<Receipt> {
  open(scope: string): Memory<Receipt>;
  /** Writes the effect and remembers in one transaction; `before` runs last in it, and rolls it back by throwing. */
  transact(effect: string, receipt: Receipt, before: () => void): Promise<void>;
  countEffects(effect: string): Promise<number>;
}

/** For the memories that can take part in the handler's own transaction. */
export function describeTransactions<Receipt>(name: string, database: () => TestDatabase<Receipt>): void {
  describe(`memory in the handler's transaction, ${name}`, () => {
    function receiverOver(
      memory: Memory<Receipt>,
      handler: (change: ReceivedChange, receipt: Receipt) => Promise<void>,
    ): { receiver: Receiver; refusals: Refusal[] } {
      const refusals: Refusal[] = [];
      const onRefused = (refusal: Refusal) => void refusals.push(refusal);
      const options = { signKeys: KEY, webhookSecrets: SECRET, now: () => NOW };
      return { receiver: createReceiver({ ...options, memory, onChange: handler, onRefused }), refusals };
    }

    it('commits effect and memory together: a crash before the reply does no harm', async () => {
      const { open, transact, countEffects } = database();
      const scope = nextScope();
      let crashed: () => void = () => {};
      const gone = new Promise<void>((resolve) => {
        crashed = resolve;
      });
      // This process never gets to answer, or to do anything more: its handler does not return.
      const first = receiverOver(open(scope), async (_change, receipt) => {
        await transact(scope, receipt, () => {});
        crashed();
        await new Promise(() => {});
      });
      void first.receiver.receive(webhookRequest());
      await gone;

      const next = receiverOver(open(scope), (_change, receipt) => transact(scope, receipt, () => {}));
      expect((await next.receiver.receive(webhookRequest())).outcome).toBe('repeat');
      expect(await countEffects(scope)).toBe(1);
    });

    it('rolls both back together: then neither is there, and the next try does both', async () => {
      const { open, transact, countEffects } = database();
      const scope = nextScope();
      let fails = true;
      const { receiver, refusals } = receiverOver(open(scope), (_change, receipt) =>
        transact(scope, receipt, () => {
          if (fails) throw new Error('disk full');
        }),
      );
      expect((await receiver.receive(webhookRequest())).outcome).toBe('refused');
      expect(await countEffects(scope)).toBe(0);
      fails = false;
      expect((await receiver.receive(webhookRequest())).outcome).toBe('accepted');
      expect((await receiver.receive(webhookRequest())).outcome).toBe('repeat');
      expect(await countEffects(scope)).toBe(1);
      expect(refusals.map(({ code }) => code)).toEqual(['handler-failed']);
    });

    it('has a run that outlived its lease roll back, and answered as the repeat that it is', async () => {
      const { open, transact, countEffects } = database();
      const scope = nextScope();
      const memory = open(scope);
      const slow = receiverOver(memory, async (_change, receipt) => {
        // Meanwhile the lease ran out and another process did the work.
        const later = entry({ key: 'id:task-1.1', layout: '', sequence: 1, now: NOW + 60_000 });
        const begun = await memory.begin(later);
        if (begun.outcome !== 'new') throw new Error(begun.outcome);
        await transact(scope, begun.claim.receipt, () => {});
        await transact(scope, receipt, () => {});
      });
      expect((await slow.receiver.receive(webhookRequest())).outcome).toBe('repeat');
      expect(await countEffects(scope)).toBe(1);
      expect(slow.refusals).toEqual([]);
    });

    it('has a change roll back when a later one of its task was handled meanwhile', async () => {
      const { open, transact, countEffects } = database();
      const scope = nextScope();
      const memory = open(scope);
      const early = receiverOver(memory, async (_change, receipt) => {
        const later = await memory.begin(entry({ key: 'id:task-1.2', layout: '', sequence: 2 }));
        if (later.outcome !== 'new') throw new Error(later.outcome);
        await later.claim.commit();
        await transact(scope, receipt, () => {});
      });
      expect(await early.receiver.receive(webhookRequest(seedFields, { sequence: 1 }))).toMatchObject({
        outcome: 'stale',
      });
      expect(await countEffects(scope)).toBe(0);
    });

    it('throws RepeatedNotification, for handlers that look', async () => {
      const { open, transact } = database();
      const memory = open(nextScope());
      const begun = await memory.begin(entry());
      const again = await memory.begin(entry({ now: NOW + 60_000 }));
      if (begun.outcome !== 'new' || again.outcome !== 'new') throw new Error('not new');
      await again.claim.commit();
      const lost = transact('lost', begun.claim.receipt, () => {});
      await expect(lost).rejects.toThrow(RepeatedNotification);
      await expect(lost).rejects.toMatchObject({ name: 'RepeatedNotification', outcome: 'repeat' });
    });

    it('takes an unsigned notification without remembering it', async () => {
      const { open, transact, countEffects } = database();
      const scope = nextScope();
      const begun = await open(scope).begin({ ...entry(), known: null });
      if (begun.outcome !== 'new') throw new Error(begun.outcome);
      await transact(scope, begun.claim.receipt, () => {});
      expect(await countEffects(scope)).toBe(1);
    });
  });
}
