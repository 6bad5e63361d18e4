import type { Random } from '@doorbell/engine';
import { seededRandom } from '@doorbell/engine/testing';
import { keptForm, readCorpus } from './corpus.ts';
import { type FuzzTarget, type Input, isDifference } from './fuzz-target.ts';
import { minimise } from './minimise.ts';
import { OracleProcess } from './oracle-process.ts';

export interface FuzzTask {
  readonly target: string;
  readonly inputs: number;
  readonly seed: number;
  readonly sabotage: boolean;
  /** Only this one, by its number; null for all. */
  readonly only: number | null;
}

export interface FuzzTally {
  inputs: number;
  corpus: number;
  accepted: number;
  undecided: number;
  findings: string[];
}

const batchSize = 2_000;
/** After so many the rest would say nothing new. */
export const findingsMax = 5;

/** Judges the corpus, then new inputs, with the product and with the oracle, and ends after a few findings. */
export async function fuzz(
  target: FuzzTarget,
  task: FuzzTask,
  onBatch: (done: number) => void,
): Promise<FuzzTally> {
  const oracle = new OracleProcess(target.oracle);
  const tally: FuzzTally = { inputs: 0, corpus: 0, accepted: 0, undecided: 0, findings: [] };
  const judge = (input: Input) => judged(target, task.sabotage, input);
  try {
    if (task.only === null) {
      const corpus = readCorpus(target.name);
      tally.corpus = corpus.length;
      await compare(corpus, null);
    }
    const first = task.only ?? 0;
    const end = task.only === null ? task.inputs : task.only + 1;
    for (let from = first; from < end && tally.findings.length < findingsMax; from += batchSize) {
      const batch: Input[] = [];
      for (let n = from; n < Math.min(end, from + batchSize); n++) batch.push(inputOf(target, task.seed, n));
      await compare(batch, from);
      onBatch(tally.inputs);
    }
    return tally;
  } finally {
    oracle.close();
  }

  async function compare(batch: readonly Input[], from: number | null): Promise<void> {
    if (batch.length === 0) return;
    const answering = oracle.ask(batch);
    // While the oracle is at work.
    const ours = batch.map(judge);
    const theirs = await answering;
    for (const [index, input] of batch.entries()) {
      const [mine = '', other = ''] = [ours[index], theirs[index]];
      tally.inputs += 1;
      if (mine.startsWith('A')) tally.accepted += 1;
      if (other === '?') tally.undecided += 1;
      const isFinding = mine.startsWith('!') || isDifference(mine, other);
      if (!isFinding || tally.findings.length >= findingsMax) continue;
      const number = from === null ? null : from + index;
      tally.findings.push(await described(input, number, mine, other));
    }
  }

  async function described(
    input: Input,
    number: number | null,
    mine: string,
    other: string,
  ): Promise<string> {
    const stillDiffers = async (candidates: readonly Input[]) => {
      const answers = await oracle.ask(candidates);
      return candidates.findIndex((candidate, index) => {
        const again = judge(candidate);
        const answer = answers[index] ?? '';
        // What the oracle cannot even take apart is no smaller form of anything.
        return !answer.startsWith('E') && (again.startsWith('!') || isDifference(again, answer));
      });
    };
    const small = await minimise(input, stillDiffers);
    const [again, answer] = [judge(small), (await oracle.ask([small]))[0]];
    const command = `npm run fuzz -- --target ${target.name} --seed ${task.seed}`;
    // The corpus comes first whenever a target is fuzzed.
    const which = number === null ? '--inputs 0' : `--only ${number}`;
    return [
      `${target.name} ${number ?? 'corpus'}: the product says ${cut(mine)}, the oracle ${cut(other)}`,
      `  smallest: ${keptForm(small, `the product says ${cut(again)}, the oracle ${cut(answer ?? '')}`)}`,
      `  again: ${command} ${which}${task.sabotage ? ' --sabotage' : ''}`,
    ].join('\n');
  }
}

/** The same for ever, whatever comes before it. */
export function inputOf(target: FuzzTarget, seed: number, number: number): Input {
  const random: Random = seededRandom((seed ^ Math.imul(number + 1, 0x9e3779b1)) >>> 0);
  return target.generate(random);
}

/** `!` and what was thrown, for a crash. */
function judged(target: FuzzTarget, isSabotaged: boolean, input: Input): string {
  try {
    return isSabotaged ? target.judgeSabotaged(input) : target.judge(input);
  } catch (error) {
    return `!${error instanceof Error ? (error.stack ?? error.message) : error}`;
  }
}

function cut(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}
