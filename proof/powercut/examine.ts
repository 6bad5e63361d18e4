import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SqliteStore } from '@doorbell/engine/sqlite';
import { systemClock } from '@doorbell/engine/system';
import { attemptText, changeText, type Expected, expectedAfter } from './expected.ts';
import { openStore } from './open-store.ts';
import { endpointsOf } from './play-round.ts';
import { databaseName, type Round } from './round.ts';

/** What a crash left, judged. */
export interface Verdict {
  /** Acknowledged changes that are gone, or differ. */
  readonly lostChanges: number;
  /** Acknowledged transactions, of whatever kind, that are gone. */
  readonly lostRounds: number;
  /** Sentences about what no moment of the run looked like. */
  readonly corrupt: readonly string[];
}

/**
 * Opens what is in the folder with the product's own store and holds it against the run: after `acknowledged` rounds it
 * must look as after some round, that one or a later one. A settlement that was answered may not be forgotten either.
 */
export async function examine(
  folder: string,
  rounds: readonly Round[],
  acknowledged: number,
): Promise<Verdict> {
  let store: SqliteStore;
  try {
    store = openStore(join(folder, databaseName), systemClock);
  } catch (error) {
    return { ...whollyLost(rounds, acknowledged), corrupt: [`It does not open: ${error}`] };
  }
  const reader = new DatabaseSync(join(folder, databaseName), { readOnly: true });
  try {
    const found = readTables(reader);
    const reached = lastRoundIn(found, rounds);
    const promised = rounds.slice(0, acknowledged).flatMap((round) => round.appended.map(changeText));
    return {
      lostChanges: promised.filter((change) => !found.changes.has(change)).length,
      lostRounds: Math.max(0, acknowledged - reached),
      corrupt: [
        ...damage(reader),
        ...differences(reader, found, expectedAfter(rounds.slice(0, reached)), reached),
        ...(await differencesThroughStore(store, rounds.slice(0, reached), found)),
      ],
    };
  } catch (error) {
    return { ...whollyLost(rounds, acknowledged), corrupt: [`It cannot be read: ${error}`] };
  } finally {
    reader.close();
    await store.close().catch(() => undefined);
  }
}

function whollyLost(
  rounds: readonly Round[],
  acknowledged: number,
): Pick<Verdict, 'lostChanges' | 'lostRounds'> {
  const lost = rounds.slice(0, acknowledged);
  return {
    lostRounds: acknowledged,
    lostChanges: lost.reduce((count, round) => count + round.appended.length, 0),
  };
}

interface Found {
  readonly changes: ReadonlySet<string>;
  readonly attempts: ReadonlySet<string>;
  readonly apiKeyIds: ReadonlySet<string>;
  readonly customerIds: ReadonlySet<string>;
}

function readTables(reader: DatabaseSync): Found {
  const changes = reader
    .prepare(
      `select t.customer_id customerId, t.house_task_id houseTaskId, c.seq sequence, c.state, c.house_id houseId,
        c.package_id packageId, c.user_id userId, c.user_name userName, c.extra, c.event_id eventId,
        c.created_at createdAt from change c join task t on t.id = c.task_id`,
    )
    .all() as unknown as readonly (Omit<Round['appended'][number], 'extra'> & { extra: string | null })[];
  const attempts = reader
    .prepare(`select lane_id laneId, seq sequence, epoch from attempt where reason <> 'lost'`)
    .all() as unknown as Round['attempts'];
  return {
    changes: new Set(
      changes.map(({ extra, ...row }) =>
        changeText({ ...row, extra: Object.fromEntries(JSON.parse(extra ?? '[]')) }),
      ),
    ),
    attempts: new Set(attempts.map(attemptText)),
    apiKeyIds: idsIn(reader, 'api_key'),
    customerIds: idsIn(reader, 'customer'),
  };
}

function idsIn(reader: DatabaseSync, table: 'api_key' | 'customer'): ReadonlySet<string> {
  return new Set(
    reader
      .prepare(`select id from ${table}`)
      .all()
      .map(({ id }) => String(id)),
  );
}

/** The last round of which anything is there; every round leaves a change or a key. */
function lastRoundIn(found: Found, rounds: readonly Round[]): number {
  const last = rounds.findLast(
    ({ appended, apiKeyIds }) =>
      appended.some((change) => found.changes.has(changeText(change))) ||
      apiKeyIds.some((id) => found.apiKeyIds.has(id)),
  );
  return last?.number ?? 0;
}

/** What must never be found in any database of Doorbell's, each a query that finds nothing in a sound one. */
const faults: readonly (readonly [string, string])[] = [
  [
    'the ledger of a task has a gap',
    'select task_id from change group by task_id having min(seq) <> 1 or max(seq) <> count(*)',
  ],
  [
    'a task and its ledger disagree',
    'select id from task where last_seq is not (select max(seq) from change where task_id = task.id)',
  ],
  [
    'a lane and its task disagree',
    'select l.id from lane l join task t on t.id = l.task_id where tail_seq <> last_seq',
  ],
  [
    'a customer has a task without a lane',
    `select t.id from task t join endpoint e on e.customer_id = t.customer_id
      where not exists (select 1 from lane where task_id = t.id and endpoint_id = e.id)`,
  ],
  ['a lane is leased to a process that is gone', 'select id from lane where lease_until > 0'],
  [
    'a lane with work is neither due nor parked',
    'select id from lane where due_at is null and parked = 0 and (head_seq <= tail_seq or reopened_seq is not null)',
  ],
  [
    'what is pending and what is not settled differ',
    `select l.id from lane l join change c on c.task_id = l.task_id and c.seq >= l.first_seq
      where exists (select 1 from pending p where p.endpoint_id = l.endpoint_id and p.created_at = c.created_at
          and p.task_id = c.task_id and p.seq = c.seq and p.lane_id = l.id) <>
        (not exists (select 1 from closed k where k.lane_id = l.id and k.seq = c.seq) and
          (c.seq >= l.head_seq or exists (select 1 from reopened r where r.lane_id = l.id and r.seq = c.seq)))`,
  ],
  [
    'the audit log has a gap, or its head is elsewhere',
    'select 1 from audit_head h where h.seq <> (select count(*) from audit) or h.seq <> (select coalesce(max(seq), 0) from audit)',
  ],
  [
    'something is pending that is no notification',
    `select p.seq from pending p left join lane l on l.id = p.lane_id
      left join change c on c.task_id = p.task_id and c.seq = p.seq
      where l.task_id is not p.task_id or l.endpoint_id is not p.endpoint_id or c.created_at is not p.created_at`,
  ],
];

function damage(reader: DatabaseSync): readonly string[] {
  const check = reader.prepare('pragma integrity_check').all();
  const isSound = check.length === 1 && check[0]?.integrity_check === 'ok';
  const orphans = reader.prepare('pragma foreign_key_check').all().length;
  return [
    ...(isSound ? [] : [`The pages contradict each other: ${check[0]?.integrity_check}`]),
    ...(orphans === 0 ? [] : [`${orphans} rows refer to rows that are gone`]),
    ...faults.filter(([, sql]) => reader.prepare(sql).all().length > 0).map(([sentence]) => sentence),
  ];
}

function differences(
  reader: DatabaseSync,
  found: Found,
  expected: Expected,
  reached: number,
): readonly string[] {
  const tables = ['changes', 'attempts', 'apiKeyIds', 'customerIds'] as const;
  const results = readResults(reader);
  const changed = [...expected.results].filter(([position, result]) => results.get(position) !== result);
  return [
    ...tables
      .filter((table) => !isSame(found[table], expected[table]))
      .map((table) => `The ${table} are not those after round ${reached}`),
    ...(changed.length === 0 ? [] : [`Results are not those after round ${reached}: ${changed[0]}`]),
  ];
}

function isSame(found: ReadonlySet<string>, expected: ReadonlySet<string>): boolean {
  return found.size === expected.size && [...found].every((text) => expected.has(text));
}

function readResults(reader: DatabaseSync): ReadonlyMap<string, number> {
  const rows = reader
    .prepare(
      `select l.id || '/' || c.seq position, coalesce(k.result, p.seq is null) result
        from lane l join change c on c.task_id = l.task_id and c.seq >= l.first_seq
          left join closed k on k.lane_id = l.id and k.seq = c.seq
          left join pending p on p.lane_id = l.id and p.seq = c.seq and p.endpoint_id = l.endpoint_id
            and p.created_at = c.created_at and p.task_id = c.task_id`,
    )
    .all();
  return new Map(rows.map(({ position, result }) => [String(position), Number(result)]));
}

/** So many of the last rounds are asked for one by one, as the API asks. */
const roundsAskedFor = 10;

/** The same through the store's own eyes, and whether it goes on where it stopped. */
async function differencesThroughStore(
  store: SqliteStore,
  rounds: readonly Round[],
  found: Found,
): Promise<readonly string[]> {
  const sentences: string[] = [];
  const { endpoints, results } = expectedAfter(rounds);
  if (JSON.stringify(await endpointsOf(store)) !== JSON.stringify(endpoints)) {
    sentences.push(`The endpoints are not those after round ${rounds.length}`);
  }
  for (const { laneId, sequence } of rounds.slice(-roundsAskedFor).flatMap((round) => round.results)) {
    const result = (await store.findNotification({ laneId, sequence }))?.result;
    if (result !== results.get(`${laneId}/${sequence}`)) {
      sentences.push(`Notification n${laneId}-${sequence} has result ${result}`);
    }
  }
  for (const claim of await claimAll(store, endpoints)) {
    const result = results.get(`${claim.laneId}/${claim.sequence}`) ?? 0;
    if (result !== 0)
      sentences.push(`n${claim.laneId}-${claim.sequence} would be sent again after ${result}`);
  }
  return [...sentences, ...(await goesOn(store, found))];
}

function claimAll(store: SqliteStore, endpoints: Expected['endpoints']) {
  const quotas = endpoints.map(({ id }) => ({ endpointId: id, quota: 1_000 }));
  return store.claim({ quotas, leaseMs: 45_000 });
}

async function goesOn(store: SqliteStore, found: Found): Promise<readonly string[]> {
  const [customerId] = found.customerIds;
  if (customerId === undefined) return [];
  const change = {
    customerId,
    houseTaskId: 'after-the-cut',
    houseId: 'h',
    packageId: 'p',
    userId: 'u',
    userName: '',
    state: 9000,
    extra: {},
    eventId: null,
  };
  const [first] = await store.append([change]);
  return first?.sequence === 1 ? [] : ['A new change is not the first of its task'];
}
