import type { Mutant } from './mutant.ts';

const append = 'stores/sqlite/append.ts';
const claim = 'stores/sqlite/claim.ts';
const settle = 'stores/sqlite/settle.ts';

/** Faults of the embedded database's verbs. */
export const storeMutants: readonly Mutant[] = [
  {
    name: 'settle: fence removed',
    file: settle,
    original: 'const applies = lane.epoch === settlement.epoch && lane.claimed_seq === settlement.sequence;',
    replacement: 'const applies = lane.claimed_seq === settlement.sequence;',
    seed: 6,
  },
  {
    name: 'settle: fence removed where a head was delivered',
    file: settle,
    original: 'endpoint_id = ?2 and epoch = ?3 and claimed_seq = ?4',
    replacement: 'endpoint_id = ?2 and ?3 = ?3 and claimed_seq = ?4',
    seed: 6,
  },
  {
    name: 'settle: successor not woken',
    file: settle,
    original: 'due_at = case when head_seq < tail_seq and parked = 0 then ?5 end',
    replacement: 'due_at = case when ?5 < 0 then ?5 end',
  },
  {
    name: 'settle: successor not woken after a refusal or the horizon',
    file: settle,
    original: 'return { head, reopened, dueAt: hasWork ? now : null,',
    replacement: 'return { head, reopened, dueAt: hasWork && reopened !== null ? now : null,',
  },
  {
    name: 'settle: successor woken 5 s late',
    file: settle,
    original: 'parked = 0 then ?5 end',
    replacement: 'parked = 0 then ?5 + 5000 end',
  },
  {
    name: 'settle: tries not reset',
    file: settle,
    original: `attempt = 0, first_try_at = null, lease_until = 0, claimed_seq = null, claimed_at = null
    where id = ?1 and endpoint_id`,
    replacement: `attempt = attempt, lease_until = 0, claimed_seq = null, claimed_at = null
    where id = ?1 and endpoint_id`,
  },
  {
    name: 'settle: lease not cleared',
    file: settle,
    original: `attempt = 0, first_try_at = null, lease_until = 0, claimed_seq = null, claimed_at = null
    where id = ?1 and endpoint_id`,
    replacement: `attempt = 0, first_try_at = null
    where id = ?1 and endpoint_id`,
  },
  {
    name: 'settle: head moved by two',
    file: settle,
    original: 'set head_seq = head_seq + 1,',
    replacement: 'set head_seq = min(head_seq + 2, tail_seq + 1),',
  },
  {
    name: 'settle: backoff skipped',
    file: settle,
    original: 'dueAt: now + step.delayMs,',
    replacement: 'dueAt: now,',
  },
  {
    name: 'settle: attempt not written',
    file: settle,
    original: 'for (const attempt of attempts) this.#recordAttempt(laneId, attempt, false, now);',
    replacement: '',
  },
  {
    name: 'settle: a pause costs a try',
    file: settle,
    original: 'const attempt = lane.attempt - 1;',
    replacement: 'const attempt = lane.attempt;',
  },
  {
    name: 'settle: an outdated answer pauses the endpoint',
    file: settle,
    original: 'if (endpoint.pause !== null || isOutdated) return;',
    replacement: 'if (endpoint.pause !== null) return;',
    seed: 4,
  },
  {
    name: 'settle: refusal not recorded',
    file: settle,
    original: 'if (result === 1) return;',
    replacement: 'if (result !== 3) return;',
  },
  {
    name: 'settle: parked lane goes on',
    file: settle,
    original: 'firstTryAt: null, parked: true };',
    replacement: 'firstTryAt: null, parked: false };',
  },
  {
    name: 'append: parked lane woken',
    file: append,
    original: 'if (lane.due_at === null && lane.parked === 0)',
    replacement: 'if (lane.due_at === null)',
  },
  {
    name: 'append: backoff reset',
    file: append,
    original: 'if (lane.due_at === null && lane.parked === 0)',
    replacement: 'if (lane.parked === 0)',
  },
  {
    name: 'append: idle lane not woken',
    file: append,
    original: 'if (lane.due_at === null && lane.parked === 0)',
    replacement: 'if (lane.due_at === 0)',
  },
  {
    name: 'append: repeated event appended twice',
    file: append,
    original: 'if (repeat !== undefined) return this.#answerRepeat(change, index, task, repeat);',
    replacement: `if (repeat !== undefined) return this.#record({ ...change, eventId: null }, task, 'illegal', now);`,
  },
  {
    name: 'append: gap in the sequence',
    file: append,
    original: 'const sequence = task.last_seq + 1;',
    replacement: 'const sequence = task.last_seq + 2;',
  },
  {
    name: 'append: one endpoint forgotten',
    file: append,
    original: 'for (const { id } of endpoints) {',
    replacement: 'for (const { id } of endpoints.slice(0, 1)) {',
  },
  {
    name: 'claim: leased lanes taken',
    file: claim,
    original: `l.due_at <= ?2 and l.lease_until <= ?3
    order by`,
    replacement: `l.due_at <= ?2 and ?3 = ?3
    order by`,
  },
  {
    name: 'claim: lanes taken that are not due',
    file: claim,
    original: `l.due_at <= ?2 and l.lease_until <= ?3
    order by`,
    replacement: `l.due_at <= ?2 + 3600000 and l.lease_until <= ?3
    order by`,
  },
  {
    name: 'claim: epoch not raised',
    file: claim,
    original: 'claimed_at = ?4, epoch = epoch + 1, attempt = ?5',
    replacement: 'claimed_at = ?4, epoch = epoch, attempt = ?5',
  },
  {
    name: 'claim: superseded changes dropped in silence',
    file: claim,
    original: 'this.#supersede.run(id, now, endpoint.id, taskId, head, tail);',
    replacement: '',
    seed: 2,
  },
  {
    name: 'claim: lost lease not recorded',
    file: claim,
    original: 'if (lane.claimed_seq !== null) this.#giveUpLease(',
    replacement: 'if (lane.claimed_seq === -1) this.#giveUpLease(',
    seed: 4,
  },
  {
    name: 'claim: probes not spaced',
    file: claim,
    original: 'breaker: afterProbe(stored.breaker, now)',
    replacement: 'breaker: { ...afterProbe(stored.breaker, now), probeAt: now }',
    seed: 5,
  },
  {
    name: 'claim: paused endpoints claimed',
    file: claim,
    original: 'if (endpoint.pause !== null) return 0;',
    replacement: '',
  },
  {
    name: 'start: leases not cleared',
    file: 'stores/sqlite/recover.ts',
    original: 'clearLane.run(lane.id);',
    replacement: '',
  },
  {
    name: 'resend: a later reopened change goes first',
    file: 'stores/sqlite/resend.ts',
    original: 'Math.min(lane.reopened_seq ?? sequence, sequence)',
    replacement: 'Math.max(lane.reopened_seq ?? sequence, sequence)',
    seed: 15,
  },
  {
    name: 'resend: parked head stays parked',
    file: 'stores/sqlite/resend.ts',
    original: 'const parked = isParkedHead ? 0 : lane.parked;',
    replacement: 'const parked = lane.parked;',
  },
  {
    name: 'resend: what waits for a retry goes on waiting',
    file: 'stores/sqlite/resend.ts',
    original: 'move.run(lane.id, lane.reopened_seq, now, lane.attempt',
    replacement: 'move.run(lane.id, lane.reopened_seq, lane.due_at, lane.attempt',
  },
  {
    name: 'resend: reopened change forgotten after another',
    file: 'stores/sqlite/resend.ts',
    original: 'if (!isParkedHead) insertReopened.run(laneId, sequence);',
    replacement: 'if (!isParkedHead && lane.reopened_seq === null) insertReopened.run(laneId, sequence);',
  },
  {
    name: 'start: time goes back behind an edit',
    file: 'stores/sqlite/open.ts',
    original: ' union all select max(updated_at) from endpoint',
    replacement: '',
    seed: 442,
  },
  {
    name: 'resume: retries not woken',
    file: 'stores/sqlite/endpoint-edits.ts',
    original: `wakeWaiting(endpoint.id, now);
        return well`,
    replacement: 'return well',
    seed: 4,
  },
  {
    name: 'group commit: answered before the commit',
    file: 'stores/sqlite/group-commit.ts',
    original: `this.#connection.exec('begin immediate');
    try {
      const ran = this.#runAll(operations);
      this.#connection.exec('commit');`,
    replacement: `if (!this.#connection.inTransaction) this.#connection.exec('begin immediate');
    try {
      const ran = this.#runAll(operations);
      setImmediate(() => { if (this.#connection.inTransaction) this.#connection.exec('commit'); });`,
  },
];
