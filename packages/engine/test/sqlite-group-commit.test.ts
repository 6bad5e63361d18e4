import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connection, connect } from '../src/stores/sqlite/connection.ts';
import { GroupCommit, StoreBroken } from '../src/stores/sqlite/group-commit.ts';
import { openTestStore } from './sqlite-test-store.ts';

describe('group commit', () => {
  let folder: string;
  let connection: Connection;
  let commits: GroupCommit;
  let rollbacks: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'doorbell-commit-'));
    connection = connect(join(folder, 'test.db'), 'OFF');
    connection.exec('create table parent (id integer primary key) strict');
    connection.exec('create table item (name text not null, parent_id integer references parent) strict');
    rollbacks = 0;
    commits = new GroupCommit(connection, () => {
      rollbacks += 1;
    });
  });
  afterEach(() => {
    connection.close();
    rmSync(folder, { recursive: true });
  });

  const insert = (name: string) => connection.prepare('insert into item (name) values (?)').run(name);
  const names = () =>
    connection
      .prepare<{ name: string }>('select name from item')
      .all()
      .map((row) => row.name);

  it('puts all writes of one turn into one transaction, in order', async () => {
    const writes = ['a', 'b', 'c'].map((name) => commits.write(() => insert(name)));
    expect(commits.transactions).toBe(0);
    await Promise.all(writes);
    expect(commits.transactions).toBe(1);
    expect(names()).toEqual(['a', 'b', 'c']);
  });

  it('answers only after the commit', async () => {
    let committedAt = -1;
    await commits
      .write(() => insert('a'))
      .then(() => {
        committedAt = commits.transactions;
      });
    expect(committedAt).toBe(1);
    expect(connection.inTransaction).toBe(false);
  });

  it('undoes a write that fails, alone', async () => {
    const answers = await Promise.allSettled([
      commits.write(() => insert('a')),
      commits.write(() => {
        insert('half');
        throw new Error('no');
      }),
      commits.write(() => insert('c')),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(names()).toEqual(['a', 'c']);
    expect(rollbacks).toBe(1);
  });

  it('runs what is repeatable once where nothing fails', async () => {
    let runs = 0;
    const write = (name: string) =>
      commits.writeRepeatable(() => {
        runs += 1;
        insert(name);
      });
    await Promise.all(['a', 'b', 'c'].map(write));
    expect(names()).toEqual(['a', 'b', 'c']);
    expect([runs, rollbacks]).toEqual([3, 0]);
  });

  it('undoes a repeatable write that fails, alone, and runs no other twice but its repeatable neighbours', async () => {
    const ran: string[] = [];
    const put = (name: string) => () => {
      ran.push(name);
      insert(name);
      if (name === 'half') throw new Error('no');
      return name;
    };
    const answers = await Promise.allSettled([
      commits.write(put('once')),
      commits.writeRepeatable(put('a')),
      commits.writeRepeatable(put('half')),
      commits.writeRepeatable(put('c')),
      commits.write(put('last')),
    ]);
    expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : 'no'))).toEqual([
      'once',
      'a',
      'no',
      'c',
      'last',
    ]);
    expect(names()).toEqual(['once', 'a', 'c', 'last']);
    expect(ran.filter((name) => name === 'once' || name === 'last')).toEqual(['once', 'last']);
    expect(commits.transactions).toBe(1);
  });

  it('rejects repeatable writes together, once each, when the disk is full', async () => {
    connection.exec('pragma max_page_count = 4');
    const answers = await Promise.allSettled([
      commits.writeRepeatable(() => insert('small')),
      commits.writeRepeatable(() => insert('x'.repeat(100_000))),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual(['rejected', 'rejected']);
    connection.exec('pragma max_page_count = 100000');
    await commits.writeRepeatable(() => insert('later'));
    expect(names()).toEqual(['later']);
  });

  it('rejects all writes of a turn whose commit fails, and goes on with the next', async () => {
    const answers = await Promise.allSettled([
      commits.write(() => insert('a')),
      commits.write(() => {
        connection.exec('pragma defer_foreign_keys = on');
        connection.prepare('insert into item (name, parent_id) values (?, ?)').run('orphan', 4_711);
      }),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual(['rejected', 'rejected']);
    expect(names()).toEqual([]);
    expect([rollbacks, commits.transactions]).toEqual([1, 0]);
    await commits.write(() => insert('later'));
    expect(names()).toEqual(['later']);
  });

  it('rejects writes while the disk is full, and takes them again when there is room', async () => {
    connection.exec('pragma max_page_count = 4');
    const large = commits.write(() => insert('x'.repeat(100_000)));
    await expect(large).rejects.toThrow(/full/);
    connection.exec('pragma max_page_count = 100000');
    await commits.write(() => insert('small'));
    expect(names()).toEqual(['small']);
  });

  it('takes no more writes once the disk has failed a commit, and says so', async () => {
    // The one fault that a test cannot ask a healthy disk for: a commit whose sync fails.
    const exec = connection.exec.bind(connection);
    connection.exec = (sql) => {
      if (sql === 'commit')
        throw Object.assign(new Error('disk I/O error'), { errcode: 10, code: 'ERR_SQLITE_ERROR' });
      exec(sql);
    };
    await expect(commits.write(() => insert('a'))).rejects.toBeInstanceOf(StoreBroken);
    connection.exec = exec;
    await expect(commits.write(() => insert('b'))).rejects.toBeInstanceOf(StoreBroken);
    expect(await commits.broken).toBeInstanceOf(StoreBroken);
    expect(names()).toEqual([]);
  });

  it('commits what is queued when flushed', async () => {
    const write = commits.write(() => insert('a'));
    commits.flush();
    expect(names()).toEqual(['a']);
    await write;
  });
});

describe('a SQLite store under load', () => {
  it('commits many appends of one turn once', async () => {
    const { store, close } = openTestStore();
    await store.putCustomer({ id: 'c1', name: '', onIllegalTransition: 'flag' });
    const before = store.transactions;
    await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        store.append([
          {
            customerId: 'c1',
            houseTaskId: `t${index}`,
            houseId: 'h',
            packageId: 'p',
            userId: 'u',
            userName: 'n',
            state: 10_000,
            extra: {},
            eventId: null,
          },
        ]),
      ),
    );
    expect(store.transactions - before).toBe(1);
    await close();
  });

  it('writes nothing for a claim that finds nothing, and nothing for reads', async () => {
    const { store, close } = openTestStore();
    await store.putCustomer({ id: 'c1', name: '', onIllegalTransition: 'flag' });
    const before = store.transactions;
    await store.claim({ quotas: [{ endpointId: 'e1', quota: 1 }], leaseMs: 1 });
    await store.claimNotices(1, 1);
    await store.upcoming();
    await store.backlog();
    await store.listNotifications({}, { limit: 1 });
    await store.listTasks({}, { limit: 1 });
    expect(store.transactions).toBe(before);
    await close();
  });
});
