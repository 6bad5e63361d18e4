import type { Mutant } from './mutant.ts';

/** Faults of the engine above its store. */
export const engineMutants: readonly Mutant[] = [
  {
    name: 'retry: horizon ignored',
    file: 'retry.ts',
    original: 'if (remainingMs <= 0) {',
    replacement: 'if (remainingMs <= -1e12) {',
  },
  {
    name: 'retry: paused time counts',
    file: 'retry.ts',
    original: 'now - claim.firstTryAt - claim.heldMs;',
    replacement: 'now - claim.firstTryAt;',
    seed: 4,
  },
  {
    name: 'retry: Retry-After ignored',
    file: 'retry.ts',
    original: 'retryAfterMs(reading.retryAfter, now) ?? scheduledDelayMs(claim.attempt, random)',
    replacement: 'scheduledDelayMs(claim.attempt, random)',
  },
  {
    name: 'retry: first delay left out',
    file: 'retry.ts',
    original: 'Math.min(attempt, retryDelaysMs.length) - 1;',
    replacement: 'Math.min(attempt, retryDelaysMs.length - 1);',
  },
  {
    name: 'retry: policy of the horizon turned round',
    file: 'retry.ts',
    original: `claim.endpoint.onGiveUp === 'park'`,
    replacement: `claim.endpoint.onGiveUp === 'continue'`,
  },
  {
    name: 'breaker: never opens',
    file: 'breaker.ts',
    original: 'if (failures < failuresToOpen) return',
    replacement: 'if (failures < 1e9) return',
    seed: 3,
  },
  {
    name: 'breaker: half-open without limit',
    file: 'breaker.ts',
    original:
      'if (breaker.openedAt !== null) return breaker.probeAt !== null && breaker.probeAt <= now ? 1 : 0;',
    replacement: 'if (breaker.openedAt !== null) return inFlightMax;',
    seed: 5,
  },
  {
    name: 'breaker: does not close after a probe that succeeds',
    file: 'breaker.ts',
    original: 'if (breaker.openedAt !== null) return { ...breakerClosed, ramp: rampUp(1, inFlightMax) };',
    replacement: 'if (breaker.openedAt !== null) return breaker;',
    seed: 5,
  },
  {
    name: 'breaker: failures not forgotten after a success',
    file: 'breaker.ts',
    original: 'return breaker.failures === 0 ? breaker : breakerClosed;',
    replacement: 'return breaker;',
  },
  {
    name: 'breaker: no slow start',
    file: 'breaker.ts',
    original: 'return Math.min(inFlightMax, breaker.ramp ?? inFlightMax);',
    replacement: 'return inFlightMax;',
  },
  {
    name: 'reply: refusal tried again',
    file: 'interpret.ts',
    original: `outcome: 'refused', reason: 'refused'`,
    replacement: `outcome: 'retry', reason: 'refused'`,
  },
  {
    name: 'reply: 401 counts as a failure of the notification',
    file: 'interpret.ts',
    original: 'if (httpStatus === 401 || responseState === 401 || responseState === 4011) {',
    replacement: 'if (httpStatus === 401) {',
  },
  {
    name: 'reply: 410 tried again',
    file: 'interpret.ts',
    original: 'if (httpStatus === 410) return',
    replacement: 'if (httpStatus === 418) return',
    seed: 7,
  },
  {
    name: 'reply: HTTP 500 around a success accepted',
    file: 'interpret.ts',
    original: `if (httpStatus < 200 || httpStatus > 299) return unexpectedStatus(httpStatus);
  return { outcome: 'accepted'`,
    replacement: `return { outcome: 'accepted'`,
  },
  {
    name: 'reply: time-out counts as accepted',
    file: 'interpret.ts',
    original: `outcome: 'retry',
      reason: reply.reason,`,
    replacement: `outcome: reply.uncertain ? 'accepted' : 'retry',
      reason: reply.reason,`,
  },
  {
    name: 'deliver: second key not tried',
    file: 'deliver.ts',
    original: `if (reading.pause !== 'unauthorized') break;`,
    replacement: 'break;',
    seed: 4,
  },
  {
    name: 'deliver: sent although the lease would end first',
    file: 'deliver.ts',
    original: 'if (clock.monotonicMs() > lastStartMs) break;',
    replacement: '',
    seed: 28,
  },
  {
    name: 'slots: requests in flight not counted',
    file: 'slots.ts',
    original: 'return this.#inFlightOf(endpointId) < (this.#inFlightMax.get(endpointId) ?? 0);',
    replacement: 'return true;',
  },
  {
    name: 'settle queue: one that fails is forgotten',
    file: 'settle-queue.ts',
    original: 'else if (clock.monotonicMs() < unsettled.leaseEndsMonotonicMs) return true;',
    replacement: '',
  },
  {
    name: 'settle queue: outcomes of a batch go to the wrong lanes',
    file: 'settle-queue.ts',
    original: 'verdicts = await store.settle(batch.map(({ settlement }) => settlement));',
    replacement: `const last = batch.length - 1;
      verdicts = await store.settle(
        batch.map(({ settlement }, index) => ({ ...settlement, step: batch[last - index]!.settlement.step })),
      );`,
  },
  {
    name: 'stop: spins while more is due',
    file: 'engine.ts',
    original: 'const isWaste = stop.aborted || ',
    replacement: 'const isWaste = ',
    seed: 43,
  },
];
