import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Actor, verifyAudit } from '../src/audit.ts';
import { openSqliteAccess } from '../src/stores/sqlite/index.ts';
import { openTestStore, type SqliteUnderTest } from './sqlite-test-store.ts';

const alice: Actor = { kind: 'user', id: 'alice', address: '203.0.113.7' };

let subject: SqliteUnderTest;
let raw: DatabaseSync;

beforeEach(async () => {
  subject = openTestStore();
  raw = new DatabaseSync(subject.path);
  for (const id of ['c1', 'c2', 'c3', 'c4', 'c5']) {
    await subject.store.putCustomer({ id, name: id, onIllegalTransition: 'flag' }, alice);
  }
});

afterEach(async () => {
  raw.close();
  await subject.close();
});

describe('the audit log in SQLite', () => {
  it.each([
    `update audit set action = 'x' where seq = 3`,
    'delete from audit where seq = 3',
    'delete from audit where seq = 5',
    'delete from audit_head',
    'update audit_head set seq = 4',
    `update audit_head set retired_seq = 2, retired_hash = 'made up'`,
  ])('refuses %s', (statement) => {
    expect(() => raw.exec(statement)).toThrow(/append-only/);
  });

  it('names the row that was changed by someone who took the guard away first', async () => {
    raw.exec(`drop trigger audit_is_append_only_update; update audit set actor_id = 'bob' where seq = 3`);
    expect(await verifyAudit(subject.store)).toMatchObject({ intact: false, brokenAt: 3 });
  });

  it('lets retention remove the oldest rows once their last hash is noted, and still verifies', async () => {
    raw.exec(`update audit_head set (retired_seq, retired_hash) = (select seq, hash from audit where seq = 2);
      delete from audit where seq <= 2`);
    expect(await verifyAudit(subject.store)).toMatchObject({ intact: true, rows: 3 });
    expect(() => raw.exec('delete from audit where seq = 3')).toThrow(/append-only/);
  });

  it('keeps one chain when a command writes beside the server', async () => {
    const beside = openSqliteAccess({ path: subject.path, clock: subject.clock });
    const command: Actor = { kind: 'command', id: 'doorbell users create', address: null };
    const draft = { actor: command, action: 'user.create', target: 'bob', before: null, after: null };
    for (let turn = 0; turn < 5; turn += 1) {
      await Promise.all([
        beside.recordAudit(draft),
        subject.store.putCustomer({ id: 'c1', name: `${turn}`, onIllegalTransition: 'flag' }, alice),
      ]);
    }
    expect(await verifyAudit(beside)).toMatchObject({ intact: true, rows: 15 });
    await beside.close();
  });
});
