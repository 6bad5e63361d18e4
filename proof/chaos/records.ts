import type { Life } from './doubt.ts';
import type { Arrival } from './oracle.ts';
import type { LifeRecord } from './process-under-test.ts';
import type { ClaimRow, World } from './world.ts';

export interface AttemptRow {
  readonly endpoint_id: string;
  readonly house_task_id: string;
  readonly seq: number;
  readonly attempt: number;
  readonly at: number;
  readonly outcome: string;
  readonly reason: string;
  readonly http_status: number | null;
  readonly fenced: boolean | 0 | 1;
  readonly recorded_at: number;
}

const attemptsSql = `select l.endpoint_id, t.house_task_id, a.seq, a.attempt, cast(a.at as double precision) as at,
    a.outcome, a.reason, a.http_status, a.fenced, cast(a.recorded_at as double precision) as recorded_at
  from doorbell.attempt a join doorbell.lane l on l.id = a.lane_id join doorbell.task t on t.id = l.task_id`;

/** What Doorbell recorded of each arrival, and who sent it. */
export class Records {
  readonly attempts: readonly AttemptRow[];
  /** By the key of the arrival that it should belong to. */
  readonly byArrival: ReadonlyMap<string, AttemptRow>;
  readonly #claims: ReadonlyMap<string, readonly ClaimRow[]> | undefined;
  readonly #lives: readonly LifeRecord[];
  /** When each life recorded outcomes, in order. */
  #recordTimes: ReadonlyMap<string, readonly number[]> = new Map();

  constructor(
    attempts: readonly AttemptRow[],
    claims: readonly ClaimRow[] | undefined,
    lives: readonly LifeRecord[],
    arrivals: readonly Arrival[],
  ) {
    this.attempts = attempts;
    this.byArrival = new Map(
      attempts.filter(({ reason }) => reason !== 'lost').map((row) => [keyOfAttempt(row), row]),
    );
    this.#claims = claims === undefined ? undefined : Map.groupBy(claims, keyOfClaim);
    this.#lives = lives;
    this.#noteRecordTimes(arrivals);
  }

  static async read(world: World, arrivals: readonly Arrival[]): Promise<Records> {
    const lives = world.workers.flatMap((worker) => worker.lives);
    return new Records(await world.read<AttemptRow>(attemptsSql), await world.listClaims(), lives, arrivals);
  }

  /** The request carries the time of its attempt, to the millisecond. */
  findAttempt(arrival: Arrival): AttemptRow | undefined {
    return this.byArrival.get(keyOfArrival(arrival));
  }

  /** When the outcome of this very arrival was recorded in time to count; null if it was not. */
  findSettledAt(arrival: Arrival): number | null {
    const row = this.findAttempt(arrival);
    return row === undefined || row.fenced ? null : row.recorded_at;
  }

  /** Whoever took the lease for this try; of one process, its life at that time. */
  findSender(arrival: Arrival): LifeRecord | undefined {
    if (this.#claims === undefined) {
      return this.#lives.findLast(({ startedAt }) => startedAt <= arrival.at);
    }
    const claim = this.#findClaim(arrival);
    return claim === undefined ? undefined : this.#lives.find(({ name }) => name === claim.process);
  }

  /** When the lease for this try was taken; undefined where there is but one process at a time. */
  findClaimedAt(arrival: Arrival): number | undefined {
    return this.#findClaim(arrival)?.at;
  }

  /** When this life first recorded any outcome at or after that time. */
  findNextRecordAt({ name }: Life, from: number): number | undefined {
    return this.#recordTimes.get(name)?.find((at) => at >= from);
  }

  /** The last claim of this try before it was sent. */
  #findClaim({ endpointId, houseTaskId, sequence, attempt, timestamp, at }: Arrival): ClaimRow | undefined {
    const claims = this.#claims?.get([endpointId, houseTaskId, sequence, attempt].join('/')) ?? [];
    return claims.toSorted((a, b) => a.at - b.at).findLast((claim) => claim.at <= (timestamp ?? at));
  }

  #noteRecordTimes(arrivals: readonly Arrival[]): void {
    const times = new Map<string, number[]>();
    for (const arrival of arrivals) {
      const sender = this.findSender(arrival);
      const row = this.findAttempt(arrival);
      if (sender === undefined || row === undefined) continue;
      const known = times.get(sender.name);
      if (known === undefined) times.set(sender.name, [row.recorded_at]);
      else known.push(row.recorded_at);
    }
    for (const known of times.values()) known.sort((a, b) => a - b);
    this.#recordTimes = times;
  }
}

export function keyOfArrival({ endpointId, houseTaskId, sequence, attempt, timestamp }: Arrival): string {
  return [endpointId, houseTaskId, sequence, attempt, timestamp].join('/');
}

function keyOfAttempt({ endpoint_id, house_task_id, seq, attempt, at }: AttemptRow): string {
  return [endpoint_id, house_task_id, seq, attempt, at].join('/');
}

function keyOfClaim({ endpoint_id, house_task_id, seq, attempt }: ClaimRow): string {
  return [endpoint_id, house_task_id, seq, attempt].join('/');
}
