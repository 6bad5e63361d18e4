import { createHash } from 'node:crypto';

/** A field of the request, decoded and as it stands in the body. */
export interface SentField {
  readonly name: string;
  readonly value: string;
  readonly wireValue: string;
}

export type Entry = readonly [name: string, value: string];

/**
 * How a signature is made, one choice for each step. The contract's recipe is one of them; a signer's mistake is
 * another choice in one step or two.
 */
export interface Recipe {
  readonly key: string;
  readonly keyPlace: 'front' | 'before-timestamp' | 'end' | 'both-ends' | 'parameter' | 'field' | 'absent';
  readonly timestamp: string;
  readonly timestampPlace: 'end' | 'after-key' | 'front' | 'parameter' | 'field' | 'absent';
  readonly choose: (fields: readonly SentField[]) => readonly SentField[];
  readonly read: (field: SentField) => string;
  /** null leaves the fields in the order of the body. */
  readonly order: ((left: Entry, right: Entry) => number) | null;
  readonly empties: 'kept' | 'dropped';
  readonly join: (entries: readonly Entry[]) => string;
  /** What stands between the key, the joined fields and the timestamp. */
  readonly glue: string;
  readonly letters: (text: string) => string;
  /** Lower-case hex. */
  readonly digest: (text: string, key: string) => string;
}

/** The recipe of docs/CONTRACT.md, apart from the algorithm when the sign has another's length. */
export function contractRecipe(key: string, timestamp: string, algorithm: string): Recipe {
  return {
    key,
    keyPlace: 'front',
    timestamp,
    timestampPlace: 'end',
    choose: (fields) => fields,
    read: (field) => field.value,
    order: byCodeUnit,
    empties: 'kept',
    join: (entries) => entries.map(([, value]) => value).join(''),
    glue: '',
    letters: (text) => text,
    digest: (text) => createHash(algorithm).update(text, 'utf8').digest('hex'),
  };
}

export function byCodeUnit([left]: Entry, [right]: Entry): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The text that a recipe hashes. Reads every field only once per way of reading, so that many recipes are cheap. */
export function createTextOf(fields: readonly SentField[]): (recipe: Recipe) => string {
  const known = new Map<Recipe['read'], Map<SentField, Entry>>();
  const entryOf = (read: Recipe['read'], field: SentField): Entry => {
    const entries = known.get(read) ?? new Map<SentField, Entry>();
    const entry = entries.get(field) ?? ([field.name, read(field)] as const);
    known.set(read, entries.set(field, entry));
    return entry;
  };
  return (recipe) => {
    const entries = recipe.choose(fields).map((field) => entryOf(recipe.read, field));
    return recipe.letters(arrange(recipe, entries));
  };
}

function arrange(recipe: Recipe, read: readonly Entry[]): string {
  const { key, keyPlace, timestamp, timestampPlace, glue } = recipe;
  const entries = recipe.empties === 'dropped' ? read.filter(([, value]) => value !== '') : [...read];
  if (keyPlace === 'field') entries.push(['signKey', key]);
  if (timestampPlace === 'field') entries.push(['timestamp', timestamp]);
  if (recipe.order !== null) entries.sort(recipe.order);
  const pieces: string[] = [];
  if (timestampPlace === 'front') pieces.push(timestamp);
  if (keyPlace === 'front' || keyPlace === 'both-ends') pieces.push(key);
  if (timestampPlace === 'after-key') pieces.push(timestamp);
  pieces.push(recipe.join(entries));
  if (keyPlace === 'before-timestamp') pieces.push(key);
  if (timestampPlace === 'end') pieces.push(timestamp);
  if (keyPlace === 'end' || keyPlace === 'both-ends') pieces.push(key);
  const parameters =
    (timestampPlace === 'parameter' ? `&timestamp=${timestamp}` : '') +
    (keyPlace === 'parameter' ? `&key=${key}` : '');
  return pieces.join(glue) + parameters;
}
