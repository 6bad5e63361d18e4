import type { EpochMs } from '../../ports.ts';
import { dayMs, type Retired } from '../../retention.ts';
import type { StoreContext } from './context.ts';
import type { GroupCommit } from './group-commit.ts';

export const retireSql = {
  place: 'select next_walk_at, attempt_id, created_at, task_id, seq from retirement where id = 1',
  setPlace: `update retirement set next_walk_at = ?, attempt_id = ?, created_at = ?, task_id = ?, seq = ? where id = 1`,
  setRetiring: 'update retirement set retiring = ? where id = 1',
  // In the order of recording. One that waits, or is parked, keeps its attempts.
  attempts: `select a.rowid id, a.recorded_at, a.seq < l.head_seq and not exists (
      select 1 from reopened r where r.lane_id = a.lane_id and r.seq = a.seq) is_past
    from attempt a join lane l on l.id = a.lane_id where a.rowid > ? order by a.rowid limit ?`,
  deleteAttempt: 'delete from attempt where rowid = ?',
  changes: `select c.created_at, c.task_id, c.seq, c.seq < t.last_seq is_past
    from change c indexed by change_by_time join task t on t.id = c.task_id
    where (c.created_at, c.task_id, c.seq) > (?, ?, ?) and c.created_at < ?
    order by c.created_at, c.task_id, c.seq limit ?`,
  // Of each task only its oldest, without a gap: what is left is dense. An attempt on record, or a result that is
  // younger, holds its change and all later ones.
  isHeld: `select 1 from lane l where l.task_id = ?1 and (l.head_seq <= l.tail_seq or l.reopened_seq is not null
      or exists (select 1 from attempt a where a.lane_id = l.id and a.seq <= ?2)
      or exists (select 1 from closed x where x.lane_id = l.id and x.seq <= ?2 and x.closed_at >= ?3))
    union all select 1 from change c where c.task_id = ?1 and c.seq < ?2 limit 1`,
  deleteChange: 'delete from change where task_id = ? and seq = ?',
  deleteClosed: 'delete from closed where lane_id in (select id from lane where task_id = ?1) and seq = ?2',
  notices: 'select id from notice where done_at < ? order by done_at limit ?',
  deleteNotice: 'delete from notice where id = ?',
} as const;

interface Place {
  readonly next_walk_at: EpochMs;
  readonly attempt_id: number;
  readonly created_at: EpochMs;
  readonly task_id: number;
  readonly seq: number;
}

interface OldAttempt {
  readonly id: number;
  readonly recorded_at: EpochMs;
  readonly is_past: number;
}

interface OldChange {
  readonly created_at: EpochMs;
  readonly task_id: number;
  readonly seq: number;
  /** Not the last of its task: that one stays as long as the task. */
  readonly is_past: number;
}

interface Part {
  readonly gone: number;
  /** Whether the walk has come to its end. */
  readonly isWhole: boolean;
}

/** What one part looks at: some ten milliseconds in which nothing else is committed. */
const partSize = 250;

export class RetireVerb {
  readonly #context: StoreContext;
  readonly #commits: GroupCommit;
  readonly #findPlace;
  readonly #setPlace;
  readonly #setRetiring;
  readonly #listAttempts;
  readonly #deleteAttempt;
  readonly #listChanges;
  readonly #isHeld;
  readonly #deleteChange;
  readonly #deleteClosed;
  readonly #listNotices;
  readonly #deleteNotice;

  constructor(context: StoreContext, commits: GroupCommit) {
    const { connection } = context;
    this.#context = context;
    this.#commits = commits;
    this.#findPlace = connection.prepare<Place>(retireSql.place);
    this.#setPlace = connection.prepare(retireSql.setPlace);
    this.#setRetiring = connection.prepare(retireSql.setRetiring);
    this.#listAttempts = connection.prepare<OldAttempt>(retireSql.attempts);
    this.#deleteAttempt = connection.prepare(retireSql.deleteAttempt);
    this.#listChanges = connection.prepare<OldChange>(retireSql.changes);
    this.#isHeld = connection.prepare(retireSql.isHeld);
    this.#deleteChange = connection.prepare(retireSql.deleteChange);
    this.#deleteClosed = connection.prepare(retireSql.deleteClosed);
    this.#listNotices = connection.prepare<{ id: number }>(retireSql.notices);
    this.#deleteNotice = connection.prepare(retireSql.deleteNotice);
  }

  /** Looks first and writes only when there is something to do: a day without it costs reads. */
  async retire(retentionMs: number | null): Promise<Retired> {
    const now = this.#context.now();
    const before = now - (retentionMs ?? 0);
    const notices = retentionMs === null ? 0 : await this.#retireNotices(before);
    const moreNotices = notices === partSize;
    if (retentionMs === null || now < this.#place().next_walk_at) {
      return { attempts: 0, changes: 0, notices, more: moreNotices };
    }
    // Attempts first: one that is left holds its change.
    const attempts = await this.#commits.write(() => this.#retireAttempts(before));
    if (!attempts.isWhole) return { attempts: attempts.gone, changes: 0, notices, more: true };
    const changes = await this.#commits.write(() => this.#retireChanges(before, now));
    const more = moreNotices || !changes.isWhole;
    return { attempts: attempts.gone, changes: changes.gone, notices, more };
  }

  async #retireNotices(before: EpochMs): Promise<number> {
    const old = this.#listNotices.all(before, partSize);
    if (old.length === 0) return 0;
    await this.#commits.write(() => {
      for (const { id } of old) this.#deleteNotice.run(id);
    });
    return old.length;
  }

  #retireAttempts(before: EpochMs): Part {
    const place = this.#place();
    const rows = this.#listAttempts.all(place.attempt_id, partSize);
    const old = rows.filter((row) => row.recorded_at < before);
    for (const { id, is_past: isPast } of old) if (isPast === 1) this.#deleteAttempt.run(id);
    const gone = old.filter((row) => row.is_past === 1).length;
    // What was recorded later has a higher id, but for a few that were told late.
    const isWhole = old.length < partSize;
    this.#goTo({ ...place, attempt_id: old.at(-1)?.id ?? place.attempt_id });
    return { gone, isWhole };
  }

  #retireChanges(before: EpochMs, now: EpochMs): Part {
    const place = this.#place();
    const rows = this.#listChanges.all(place.created_at, place.task_id, place.seq, before, partSize);
    this.#setRetiring.run(1);
    let gone = 0;
    for (const { task_id: taskId, seq, is_past: isPast } of rows) {
      if (isPast === 0 || this.#isHeld.get(taskId, seq, before) !== undefined) continue;
      this.#deleteClosed.run(taskId, seq);
      this.#deleteChange.run(taskId, seq);
      gone += 1;
    }
    this.#setRetiring.run(0);
    const last = rows.at(-1);
    const isWhole = rows.length < partSize || last === undefined;
    this.#goTo(
      isWhole
        ? { next_walk_at: now + dayMs, attempt_id: 0, created_at: 0, task_id: 0, seq: 0 }
        : { ...place, created_at: last.created_at, task_id: last.task_id, seq: last.seq },
    );
    return { gone, isWhole };
  }

  #place(): Place {
    const place = this.#findPlace.get();
    if (place === undefined) throw new Error('The table retirement has lost its row.');
    return place;
  }

  #goTo(place: Place): void {
    const {
      next_walk_at: nextWalkAt,
      attempt_id: attemptId,
      created_at: createdAt,
      task_id: taskId,
      seq,
    } = place;
    this.#setPlace.run(nextWalkAt, attemptId, createdAt, taskId, seq);
  }
}
