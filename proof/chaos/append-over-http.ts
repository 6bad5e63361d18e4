import type { NewChange } from '@doorbell/engine';
import type { ApiAccess } from './api-access.ts';
import { type Appender, Refused } from './appender.ts';

/** POST /v1/state-changes. What is undone is a batch whose last change is of a customer that does not exist. */
export function appendOverHttp(api: ApiAccess): Appender {
  const post = (changes: readonly NewChange[]) => api.call('POST', '/v1/state-changes', changes);
  return {
    way: 'over HTTP',
    batchMax: 10,
    hasOwnRows: false,
    async append(changes) {
      const { status, body } = await post(changes);
      if (status >= 400 && status < 500) throw new Refused(JSON.stringify(body));
      if (status !== 202) throw new Error(`HTTP ${status}`);
      return (body as { sequence: number }[]).map(({ sequence }) => sequence);
    },
    async appendAndUndo(changes) {
      const [last] = changes.slice(-1);
      if (last === undefined) throw new Error('There is nothing to append.');
      const stranger = { ...last, customerId: 'nobody', eventId: `${last.eventId}-stranger` };
      const { status } = await post([...changes, stranger]);
      if (status === 202) throw new Refused('A change of an unknown customer was taken.');
      if (status !== 404) throw new Error(`HTTP ${status}`);
      return 'HTTP batches with an unknown customer';
    },
  };
}
