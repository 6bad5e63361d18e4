import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { delivered, World } from '../src/testing/store-contract/world.ts';
import { openTestStore } from './sqlite-test-store.ts';

/** 60,000 tasks of which one change waits, a millisecond apart: more than one page reads. */
function fillWaiting(
  database: DatabaseSync,
  { state, from }: { readonly state: number; readonly from: number },
): void {
  database.exec(`
    with recursive n (n) as (select 1 union all select n + 1 from n where n < 60000)
      insert into task (customer_id, house_task_id, house_id, package_id, user_id, user_name, state, last_seq, changed_at)
      select 'c1', 't' || n, 'h', 'p', 'u', '', ${state}, 1, ${from} + n from n;
    insert into change (task_id, seq, customer_id, state, transition, house_id, package_id, user_id, user_name, created_at)
      select id, 1, 'c1', state, 'first', house_id, package_id, user_id, user_name, changed_at from task where id > 1;
    insert into lane (endpoint_id, task_id, first_seq, head_seq, tail_seq, due_at)
      select 'e1', id, 1, 1, 1, ${from} from task where id > 1;
    insert into pending (endpoint_id, created_at, task_id, seq, lane_id, state)
      select l.endpoint_id, c.created_at, c.task_id, 1, l.id, c.state
      from lane l join change c on c.task_id = l.task_id where c.task_id > 1`);
}

it('what was delivered is on the first page, however much waits before it', async () => {
  const subject = openTestStore();
  try {
    const world = new World(subject);
    await world.setUp();
    await world.append('first', 10_000);
    await world.deliver(delivered);
    const at = world.clock.now() + 600_000;
    await subject.store.close();
    const database = new DatabaseSync(subject.path);
    fillWaiting(database, { state: 10_000, from: at });
    database.close();
    const store = subject.reopen();
    for (const filter of [
      { result: 1 },
      { result: 1, endpointId: 'e1' },
      { result: 1, customerId: 'c1' },
    ] as const) {
      const page = await store.listNotifications(filter, { limit: 50 });
      expect(page.items.map(({ houseTaskId }) => houseTaskId)).toEqual(['first']);
      expect(page.next).toBeNull();
    }
    const oldest = await store.listNotifications({ result: 0 }, { limit: 1, order: 'oldest-first' });
    expect(oldest.items.map(({ houseTaskId }) => houseTaskId)).toEqual(['t1']);
  } finally {
    await subject.close();
  }
});

it('what waits in one state is found behind all that waits in others', async () => {
  const subject = openTestStore();
  try {
    const world = new World(subject);
    await world.setUp();
    await world.append('rare', 10_000);
    await subject.store.close();
    const at = world.clock.now() + 600_000;
    const database = new DatabaseSync(subject.path);
    fillWaiting(database, { state: 50_000, from: at });
    database.close();
    const store = subject.reopen();
    const list = (state: number) => store.listNotifications({ result: 0, state }, { limit: 50 });
    const rare = await list(10_000);
    expect(rare.items.map(({ houseTaskId }) => houseTaskId)).toEqual(['rare']);
    expect(rare.next).toBeNull();
    const common = await list(50_000);
    expect(common.items.map(({ houseTaskId }) => houseTaskId).slice(0, 2)).toEqual(['t60000', 't59999']);
    const seen = new Set(common.items.map(({ houseTaskId }) => houseTaskId));
    const second = await store.listNotifications(
      { result: 0, state: 50_000 },
      { limit: 50, cursor: common.next ?? '' },
    );
    expect(second.items.filter(({ houseTaskId }) => seen.has(houseTaskId))).toEqual([]);
    expect(await store.countNotifications({ result: 0, state: 50_000 }, 100_000)).toBe(60_000);
  } finally {
    await subject.close();
  }
});
