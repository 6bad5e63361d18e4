import { type Arrival, isCertain } from './oracle.ts';
import type { ProducerBooks } from './producer-books.ts';
import { keyOfArrival, type Records } from './records.ts';
import type { World } from './world.ts';

interface ChangeRow {
  readonly house_task_id: string;
  readonly last_seq: number;
  readonly seq: number;
  readonly state: number;
  readonly user_name: string;
}

/** How many lanes are in each state. */
type LaneCounts = Readonly<Record<'pending' | 'due' | 'parked' | 'leased' | 'reopened', number>>;

interface ClosedRow {
  readonly endpoint_id: string;
  readonly house_task_id: string;
  readonly seq: number;
  readonly result: number;
}

const changesSql = `select t.house_task_id, t.last_seq, c.seq, c.state, c.user_name
  from doorbell.change c join doorbell.task t on t.id = c.task_id order by t.id, c.seq`;
const lanesSql = `select cast(count(case when head_seq <= tail_seq then 1 end) as int) as pending,
    cast(count(case when due_at is not null then 1 end) as int) as due,
    cast(count(case when parked then 1 end) as int) as parked,
    cast(count(case when lease_until <> 0 or claimed_seq is not null then 1 end) as int) as leased,
    cast(count(reopened_seq) as int) as reopened
  from doorbell.lane`;
const closedSql = `select l.endpoint_id, t.house_task_id, x.seq, x.result
  from doorbell.closed x join doorbell.lane l on l.id = x.lane_id join doorbell.task t on t.id = l.task_id`;

/** The end of a run as the database has it, held against the producer and the receiver. Sentences; none is expected. */
export async function findInDatabase(
  world: World,
  books: ProducerBooks,
  arrivals: readonly Arrival[],
  records: Records,
  isExcused: (arrival: Arrival) => boolean,
  describeSender: (arrival: Arrival) => string,
): Promise<readonly string[]> {
  return [
    ...findInLedger(await world.read<ChangeRow>(changesSql), books),
    ...findInLanes(await world.read<LaneCounts>(lanesSql)),
    ...(await findInResults(world, arrivals)),
    ...findInAttempts(arrivals, records, isExcused, describeSender),
    ...(world.postgres === undefined ? [] : await findInOwnRows(world, books)),
  ];
}

function findInLedger(rows: readonly ChangeRow[], { acknowledged }: ProducerBooks): readonly string[] {
  const found: string[] = [];
  const known = new Map(
    acknowledged.map((change) => [`${change.houseTaskId}/${change.sequence}`, change] as const),
  );
  if (known.size !== acknowledged.length) found.push('two changes were acknowledged with one sequence');
  if (rows.length !== acknowledged.length) {
    found.push(`the ledger has ${rows.length} changes, ${acknowledged.length} were acknowledged`);
  }
  const ends = new Map<string, number>();
  for (const row of rows) {
    const { house_task_id: task, seq, last_seq, state, user_name: event } = row;
    const expected = (ends.get(task) ?? 0) + 1;
    if (seq !== expected) found.push(`the ledger of ${task} goes from ${expected - 1} to ${seq}`);
    if (seq > last_seq) found.push(`the ledger of ${task} has ${seq}, its task ends at ${last_seq}`);
    ends.set(task, seq);
    const change = known.get(`${task}/${seq}`);
    if (change?.event !== event || change.state !== state) {
      found.push(`the ledger has event ${event} as ${task}/${seq}, acknowledged was ${change?.event}`);
    }
  }
  return found;
}

function findInLanes([counts]: readonly LaneCounts[]): readonly string[] {
  return Object.entries(counts ?? {}).flatMap(([state, lanes]) =>
    lanes === 0 ? [] : [`${lanes} lanes are still ${state}`],
  );
}

/** A refusal is on record where, and only where, the endpoint refused; nothing was given up or passed over. */
async function findInResults(world: World, arrivals: readonly Arrival[]): Promise<readonly string[]> {
  const closed = await world.read<ClosedRow>(closedSql);
  const answers = new Map<string, string>();
  for (const arrival of arrivals.filter(isCertain)) {
    answers.set(`${arrival.endpointId}/${arrival.houseTaskId}/${arrival.sequence}`, arrival.end.answer);
  }
  const results = new Map(
    closed.map((row) => [`${row.endpoint_id}/${row.house_task_id}/${row.seq}`, row.result]),
  );
  const wrong = [...results].filter(([key, result]) => result !== 2 || answers.get(key) !== 'refused');
  const missing = [...answers].filter(([key, answer]) => answer === 'refused' && results.get(key) !== 2);
  return [
    ...wrong.map(([key, result]) => `${key} has result ${result}, the endpoint ${answers.get(key)} it`),
    ...missing.map(([key]) => `${key} was refused, which is not on record`),
  ];
}

/** Each arrival is on record with what was answered, unless its sender came to harm; and nothing else is. */
function findInAttempts(
  arrivals: readonly Arrival[],
  records: Records,
  isExcused: (arrival: Arrival) => boolean,
  describeSender: (arrival: Arrival) => string,
): readonly string[] {
  const found: string[] = [];
  const arrived = new Set(arrivals.map(keyOfArrival));
  for (const arrival of arrivals) {
    const row = records.findAttempt(arrival);
    const expected = arrival.end.isComplete ? arrival.end.answer : 'retry';
    if (row === undefined ? isExcused(arrival) : row.outcome === expected || isExcused(arrival)) continue;
    const recorded = row === undefined ? 'no attempt' : `outcome ${row.outcome} (${row.reason})`;
    const what = `${keyOfArrival(arrival)} was answered ${expected}; on record is ${recorded}`;
    found.push(`${what}; ${describeSender(arrival)}`);
  }
  for (const [key, row] of records.byArrival) {
    if (row.http_status !== null && !arrived.has(key)) {
      found.push(`attempt ${key} has an answer ${row.http_status}, but never arrived`);
    }
  }
  return found;
}

/** What was committed with the changes is there, what was rolled back with them is not. */
async function findInOwnRows(world: World, { withOwnRow }: ProducerBooks): Promise<readonly string[]> {
  const rows = await world.read<{ event: string }>('select event from chaos.own_row');
  const events = new Set(rows.map(({ event }) => event));
  return [
    ...rows
      .filter(({ event }) => !withOwnRow.has(event))
      .map(({ event }) => `the row of ${event} was committed without it`),
    ...[...withOwnRow]
      .filter((event) => !events.has(event))
      .map((event) => `${event} was committed without its row`),
  ];
}
