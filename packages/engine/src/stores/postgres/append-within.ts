import type { ClientBase } from 'pg';
import { checkChanges } from '../../append.ts';
import type { Appended, NewChange } from '../../change.ts';
import { appendChanges } from './append.ts';
import { sessionOf } from './transaction.ts';

/**
 * Records changes within a transaction of the caller, 1 to 1,000 at a time: what is rolled back notifies nobody.
 * Call it last, once for all changes: their tasks stay locked until the transaction ends. Workers find the changes
 * by polling, at once or within a second. Throws `InvalidChanges` before anything is sent; after `AppendRefused` the
 * transaction can only be rolled back, unless the caller set a savepoint.
 */
export async function appendWithin(
  client: Pick<ClientBase, 'query'>,
  changes: readonly NewChange[],
  options: { readonly schema?: string } = {},
): Promise<readonly Appended[]> {
  checkChanges(changes);
  return appendChanges(sessionOf(client, options.schema ?? 'doorbell'), changes, null);
}
