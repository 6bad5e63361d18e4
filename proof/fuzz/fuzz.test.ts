import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { leftOut } from '../../test/left-out.ts';
import { readCorpus } from './corpus.ts';
import { fuzz } from './fuzz-run.ts';
import { fuzzServer } from './fuzz-server.ts';
import { minimise } from './minimise.ts';
import { runTask } from './run-task.ts';
import { targets } from './targets.ts';

const hasPython =
  spawnSync('python3', ['--version']).status === 0 || leftOut('fuzzing', 'there is no python3');
const task = { inputs: 4_000, seed: 7, sabotage: false, only: null };
const ignore = () => undefined;

if (hasPython) {
  describe.each(targets.map((target) => [target.name, target] as const))('%s', (name, target) => {
    it('agrees with the oracle on all that was ever found, and on what is new', async () => {
      const tally = await fuzz(target, { ...task, target: name }, ignore);
      expect(tally.findings).toEqual([]);
      expect(tally.corpus).toBeGreaterThan(3);
      // Both verdicts were come to often enough to mean something.
      expect(tally.accepted).toBeGreaterThan(200);
      expect(tally.inputs - tally.accepted - tally.undecided).toBeGreaterThan(200);
    });

    it('is found out with a planted bug, and the finding says how to see it again', async () => {
      const tally = await fuzz(target, { ...task, target: name, sabotage: true }, ignore);
      const number = Number(/--only (\d+) --sabotage/.exec(tally.findings.join('\n'))?.[1] ?? Number.NaN);
      const again = await fuzz(target, { ...task, target: name, sabotage: true, only: number }, ignore);
      expect(again.findings).toHaveLength(1);
    });
  });

  describe('the server', () => {
    it('answers as the oracle says, and stores what it was sent', async () => {
      const tally = await fuzzServer({ ...task, target: 'server', inputs: 500 }, ignore);
      expect(tally.findings).toEqual([]);
      expect(tally.accepted).toBeGreaterThan(50);
    });

    it('is found out when it answers 500', async () => {
      const tally = await fuzzServer({ ...task, target: 'server', inputs: 500, sabotage: true }, ignore);
      expect(tally.findings.length).toBeGreaterThan(0);
    });
  });

  it('a target that gives no sign of life is ended, and counts as a finding', async () => {
    const tally = await runTask({ ...task, target: 'receiver', inputs: 1_000_000 }, 1, ignore);
    expect(tally.findings[0]).toMatch(/^receiver: no batch/);
  });
}

describe('what is smallest', () => {
  it('is what still differs when anything more is taken away', async () => {
    const findDiffering = async (candidates: readonly (readonly Buffer[])[]) =>
      candidates.findIndex(([part]) => part?.includes('xy'));
    const smallest = await minimise([Buffer.from('abcdefxyghijklmnop')], findDiffering);
    expect(smallest).toEqual([Buffer.from('xy')]);
  });
});

it('the corpus is read with every byte as it was', () => {
  expect(readCorpus('form')[0]).toEqual([Buffer.from('a=%F0%9F%98\xaa', 'latin1')]);
});
