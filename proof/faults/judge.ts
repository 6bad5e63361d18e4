import type { Fault, ShownByTest } from './fault.ts';

export interface TestOutcome {
  readonly file: string;
  readonly name: string;
  readonly passed: boolean;
}

export interface Judged {
  readonly fault: Fault;
  /** A fault fails when one of its tests failed, was skipped, or is not there. */
  readonly standing: 'holds' | 'FAILS';
  /** How many tests showed it. */
  readonly tests: number;
  readonly commands: readonly string[];
  /** Tests that are named and did not all pass. */
  readonly without: readonly ShownByTest[];
}

export function judge(fault: Fault, outcomes: readonly TestOutcome[]): Judged {
  let tests = 0;
  const without: ShownByTest[] = [];
  const commands: string[] = [];
  for (const by of fault.shownBy) {
    if ('command' in by) {
      commands.push(by.command);
      continue;
    }
    const found = outcomes.filter(({ file, name }) => file === by.file && name.includes(by.named));
    tests += found.length;
    if (found.length === 0 || !found.every(({ passed }) => passed)) without.push(by);
  }
  return { fault, standing: without.length === 0 ? 'holds' : 'FAILS', tests, commands, without };
}
