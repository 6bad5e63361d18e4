import type { Claim, Settlement, Verdict } from './lane.ts';
import type { EpochMs } from './ports.ts';
import { addCounts, type DeliveryCounts, latencyStep, minuteMs, noCounts, type Rollup } from './rollup.ts';

interface Tallied {
  readonly endpointId: string;
  readonly at: EpochMs;
  delivered: number;
  refused: number;
  failed: number;
  retried: number;
  readonly latency: number[];
}

/** So many minutes of endpoints are kept when the database does not take them; then the oldest are lost. */
const heldMax = 5_000;

/** Counts what settles, in memory: some additions for each settlement, and nothing that waits. */
export class RollupTally {
  #held = new Map<string, Tallied>();

  settled({ change, isResend }: Claim, settlement: Settlement, verdict: Verdict, now: EpochMs): void {
    const { step, attempts, endpointId } = settlement;
    if (verdict !== 'applied' || step.kind === 'pause' || step.kind === 'release') return;
    const tallied = this.#at(endpointId, now - (now % minuteMs));
    if (step.kind === 'retry') tallied.retried += 1;
    else if (step.kind === 'park' || step.result === 3) tallied.failed += 1;
    else if (step.result === 2) tallied.refused += 1;
    else {
      tallied.delivered += 1;
      const last = attempts.at(-1);
      // A resend days later says nothing of how long customers wait for what is new.
      if (last === undefined || isResend) return;
      const latencyIndex = latencyStep(last.at + last.durationMs - change.createdAt);
      tallied.latency[latencyIndex] = (tallied.latency[latencyIndex] ?? 0) + 1;
    }
  }

  /** Hands over what was counted since the last time. */
  take(): readonly Rollup[] {
    const taken = [...this.#held.values()];
    this.#held = new Map();
    return taken;
  }

  /** What could not be written joins what was counted meanwhile. */
  giveBack(rollups: readonly Rollup[]): void {
    const newer = this.#held;
    this.#held = new Map();
    for (const rollup of [...rollups.slice(-heldMax), ...newer.values()]) this.#add(rollup);
  }

  #add(rollup: Rollup): void {
    const tallied = this.#at(rollup.endpointId, rollup.at);
    const { latency, ...sums }: DeliveryCounts = addCounts(tallied, rollup);
    Object.assign(tallied, sums);
    for (const [step, count] of latency.entries()) tallied.latency[step] = count;
  }

  #at(endpointId: string, at: EpochMs): Tallied {
    const key = `${at}/${endpointId}`;
    let tallied = this.#held.get(key);
    if (tallied === undefined) {
      tallied = { ...noCounts, endpointId, at, latency: [...noCounts.latency] };
      this.#held.set(key, tallied);
    }
    return tallied;
  }
}
