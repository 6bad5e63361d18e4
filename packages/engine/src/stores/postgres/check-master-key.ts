import type { Vault } from '../../vault.ts';
import type { Session } from './transaction.ts';

const masterKeySql = {
  find: 'select sealed from doorbell.master_key',
  save: 'insert into doorbell.master_key (id, sealed) values (1, $1) on conflict do nothing',
} as const;

const context = 'this database';

/** Whoever is first says which master key it is. Throws `VaultError` when that was another one. */
export async function checkMasterKey(session: Session, vault: Vault): Promise<void> {
  const find = () => session.rows<{ sealed: string }>(masterKeySql.find);
  let [row] = await find();
  if (row === undefined) {
    await session.rows(masterKeySql.save, vault.seal('doorbell', context));
    [row] = await find();
  }
  if (row !== undefined) vault.open(row.sealed, context);
}
