import { createHash } from 'node:crypto';
import { type Mistake, mistake } from './mistake.ts';
import { createTextOf, type Recipe, type SentField } from './recipe.ts';

/** What `search` found: mistakes that together lead to the sign, fewest first; undefined when nothing does. */
export interface SearchResult {
  readonly found: { readonly mistakes: readonly Mistake[]; readonly recipe: Recipe } | undefined;
  /** Single mistakes of other codes that lead to the same sign. */
  readonly alternatives: readonly Mistake[];
  readonly tried: number;
  /** False when the body was so large that not every pair was tried. */
  readonly exhaustive: boolean;
}

// About a second of MD5, which bodies below some 10 KiB never reach.
const charactersMax = 50_000_000;

/** Tries the recipe as it is, then with one mistake, then with two in different steps. */
export function search(input: {
  fields: readonly SentField[];
  recipe: Recipe;
  mistakes: readonly Mistake[];
  fits: (hex: string) => boolean;
}): SearchResult {
  const { recipe, mistakes, fits } = input;
  const textOf = createTextOf(input.fields);
  let tried = 0;
  let characters = 0;
  const leads = (candidate: Recipe): boolean => {
    const text = textOf(candidate);
    tried += 1;
    characters += text.length;
    return fits(candidate.digest(text, candidate.key));
  };
  const done = (found: SearchResult['found'], alternatives: readonly Mistake[] = []): SearchResult => {
    return { found, alternatives, tried, exhaustive: characters <= charactersMax };
  };
  if (leads(recipe)) return done({ mistakes: [], recipe });
  const singles = mistakes.filter(({ change }) => leads({ ...recipe, ...change }));
  const [first, ...alternatives] = singles;
  if (first !== undefined) {
    const others = alternatives.filter(
      ({ code }, index) =>
        code !== first.code && singles.findIndex((other) => other.code === code) === index + 1,
    );
    return done({ mistakes: [first], recipe: { ...recipe, ...first.change } }, others);
  }
  const neighbour = findTimestampNearby(textOf, recipe, fits);
  if (neighbour !== undefined) {
    return done({ mistakes: [neighbour], recipe: { ...recipe, ...neighbour.change } });
  }
  for (const [one, other] of listPairs(mistakes.filter((known) => !known.isTriedAlone))) {
    if (characters > charactersMax) break;
    const candidate = { ...recipe, ...one.change, ...other.change };
    if (leads(candidate)) return done({ mistakes: [one, other], recipe: candidate });
  }
  return done(undefined);
}

function* listPairs(mistakes: readonly Mistake[]): Generator<readonly [Mistake, Mistake]> {
  for (const [index, one] of mistakes.entries()) {
    for (let later = index + 1; later < mistakes.length; later++) {
      const other = mistakes[later];
      if (other !== undefined && areApart(one, other)) yield [one, other];
    }
  }
}

function areApart(one: Mistake, other: Mistake): boolean {
  for (const step in one.change) if (step in other.change) return false;
  return true;
}

const nearbyMs = 250;

/** A signer that reads its clock twice signs a timestamp a few milliseconds away from the one it sends. */
function findTimestampNearby(
  textOf: (recipe: Recipe) => string,
  recipe: Recipe,
  fits: (hex: string) => boolean,
): Mistake | undefined {
  const start = createHash('md5').update(textOf({ ...recipe, timestamp: '' }), 'utf8');
  const isSigned = (epochMs: number): boolean => fits(start.copy().update(String(epochMs)).digest('hex'));
  if (/^[1-9]\d{9}$/.test(recipe.timestamp)) {
    const second = Number(recipe.timestamp) * 1000;
    const signed = range(1, 999)
      .map((ms) => second + ms)
      .find(isSigned);
    if (signed === undefined) return undefined;
    const change = { timestamp: String(signed) };
    return mistake('timestamp-signed-in-milliseconds', change, `Signed as ${signed}.`);
  }
  if (!/^[1-9]\d{12}$/.test(recipe.timestamp)) return undefined;
  const sent = Number(recipe.timestamp);
  const signed = range(1, nearbyMs)
    .flatMap((ms) => [sent - ms, sent + ms])
    .find(isSigned);
  if (signed === undefined) return undefined;
  const detail = `Signed as ${signed}, ${Math.abs(signed - sent)} ms ${signed < sent ? 'before' : 'after'} the header.`;
  return mistake('timestamp-taken-twice', { timestamp: `${signed}` }, detail);
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
