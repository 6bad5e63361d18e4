import type { MistakeCode } from './mistakes.ts';
import type { Recipe } from './recipe.ts';

/** A known mistake as a change of the contract's recipe. */
export interface Mistake {
  readonly code: MistakeCode;
  readonly detail: string | null;
  readonly change: Partial<Recipe>;
  /** Too far-fetched to be tried together with another mistake. */
  readonly isTriedAlone: boolean;
}

export function mistake(code: MistakeCode, change: Partial<Recipe>, detail: string | null = null): Mistake {
  return { code, detail, change, isTriedAlone: false };
}

/** The same mistake, not combined with others: keeps the number of pairs in bounds. */
export function alone(rare: Mistake): Mistake {
  return { ...rare, isTriedAlone: true };
}
