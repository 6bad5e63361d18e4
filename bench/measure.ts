import type { Stage } from './stage.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** What each contender of one round reported: figures by contender, then by name. */
export type Round = Readonly<Record<string, Figures>>;
export type Figures = Readonly<Record<string, number>>;

/** One line of the command and some rows of the table; each lives in a file of its own in `measures/`. */
export interface Measure {
  readonly name: string;
  /** What is compared with what, for `--help`. */
  readonly about: string;
  /** Runs only where it is named: it asks of the console and its lists, and fills or watches for minutes. */
  readonly onlyByName?: true;
  /** How the contenders are set up, where the table alone would leave that open. */
  readonly notes?: readonly string[];
  /** Gives every contender its turn once. */
  round(stage: Stage, round: number): Promise<Round>;
  rows(rounds: readonly Round[]): readonly Row[];
}

export type Goal = { readonly atLeast: number } | { readonly atMost: number };

export interface Row {
  readonly what: string;
  /** Over all rounds. */
  readonly figure: Spread;
  readonly unit: Unit;
  /** null for what is shown side by side and promises nothing. */
  readonly goal: Goal | null;
  /** The absolute figures behind the figure, or what else is worth knowing. */
  readonly behind: string;
}

export type Unit = 'ratio' | 'us' | 'ms' | 's' | 'MB' | 'KiB' | 'a second';

export function isMet({ figure, goal }: Row): boolean | null {
  if (goal === null) return null;
  return 'atLeast' in goal ? figure.median >= goal.atLeast : figure.median <= goal.atMost;
}

export interface Turn {
  readonly contender: string;
  readonly run: () => Promise<Figures>;
}

/** One after the other; every round begins with another one, so that none always runs on a machine still warm from it. */
export async function inTurns(round: number, turns: readonly Turn[]): Promise<Round> {
  const results: Record<string, Figures> = {};
  for (let offset = 0; offset < turns.length; offset += 1) {
    const turn = turns[(round + offset) % turns.length];
    if (turn !== undefined) results[turn.contender] = await turn.run();
  }
  return results;
}

export function figuresOf(rounds: readonly Round[], contender: string, name: string): readonly number[] {
  return rounds.map((round) => {
    const figure = round[contender]?.[name];
    if (figure === undefined) throw new Error(`${contender} did not report ${name}`);
    return figure;
  });
}

/** The ratio of two contenders within each round, so that what disturbed a whole round disturbs no ratio. */
export function ratiosOf(rounds: readonly Round[], of: string, to: string, name: string): Spread {
  const below = figuresOf(rounds, to, name);
  return spreadOf(figuresOf(rounds, of, name).map((above, index) => above / (below[index] ?? Number.NaN)));
}
