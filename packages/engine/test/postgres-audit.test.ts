import { expect, it, onTestFinished } from 'vitest';
import { describeOnPostgres } from '../../../test/describe-on-postgres.ts';
import { type Actor, verifyAudit } from '../src/audit.ts';
import { openTestStore, type PostgresUnderTest } from './postgres-test-store.ts';

const alice: Actor = { kind: 'user', id: 'alice', address: '203.0.113.7' };

await describeOnPostgres('the audit log in PostgreSQL', (server) => {
  async function openWithRows(): Promise<PostgresUnderTest> {
    const subject = await openTestStore(server);
    onTestFinished(() => subject.close());
    for (const id of ['c1', 'c2', 'c3', 'c4', 'c5']) {
      await subject.store.putCustomer({ id, name: id, onIllegalTransition: 'flag' }, alice);
    }
    return subject;
  }

  it('refuses to be changed, shortened, emptied or rewound', async () => {
    const subject = await openWithRows();
    for (const statement of [
      `update doorbell.audit set action = 'x' where seq = 3`,
      'delete from doorbell.audit where seq = 3',
      'delete from doorbell.audit where seq = 5',
      'truncate doorbell.audit',
      'delete from doorbell.audit_head',
      'truncate doorbell.audit_head',
      'update doorbell.audit_head set seq = 4',
      `update doorbell.audit_head set retired_seq = 2, retired_hash = 'made up'`,
    ]) {
      await expect(subject.sql(statement), statement).rejects.toThrow(/append-only/);
    }
    expect(await verifyAudit(subject.store)).toMatchObject({ intact: true, rows: 5 });
  });

  it('names the row that was changed by someone who took the guard away first', async () => {
    const subject = await openWithRows();
    await subject.sql('alter table doorbell.audit disable trigger all');
    await subject.sql(`update doorbell.audit set actor_id = 'bob' where seq = 3`);
    expect(await verifyAudit(subject.store)).toMatchObject({ intact: false, brokenAt: 3 });
  });

  it('lets retention remove the oldest rows once their last hash is noted, and still verifies', async () => {
    const subject = await openWithRows();
    await subject.sql(`update doorbell.audit_head set (retired_seq, retired_hash) =
      (select seq, hash from doorbell.audit where seq = 2)`);
    await subject.sql('delete from doorbell.audit where seq <= 2');
    expect(await verifyAudit(subject.store)).toMatchObject({ intact: true, rows: 3 });
    await expect(subject.sql('delete from doorbell.audit where seq = 3')).rejects.toThrow(/append-only/);
  });

  it('is one chain without a gap, though several processes write at once', async () => {
    const subject = await openWithRows();
    const processes = [subject.store, await subject.another(), await subject.another()];
    await Promise.all(
      Array.from({ length: 90 }, (_, index) => {
        const customer = { id: `c${index % 4}`, name: `${index}`, onIllegalTransition: 'flag' } as const;
        return processes[index % 3]?.putCustomer(customer, { ...alice, id: `process ${index % 3}` });
      }),
    );
    expect(await verifyAudit(subject.store)).toMatchObject({ intact: true, rows: 95 });
  });
});
