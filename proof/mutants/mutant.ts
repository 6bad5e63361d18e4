/** A fault put into the engine on purpose: one text in one file for another. */
export interface Mutant {
  readonly name: string;
  /** Below packages/engine/src. */
  readonly file: string;
  readonly original: string;
  readonly replacement: string;
  /** A seed that has caught it before: tried first. */
  readonly seed?: number;
}

/** Throws unless the original text is there exactly once: a mutant that changes nothing would prove nothing. */
export function mutate(source: string, { name, file, original, replacement }: Mutant): string {
  const [before, after, ...rest] = source.split(original);
  if (before === undefined || after === undefined || rest.length > 0) {
    throw new Error(`Mutant "${name}": its text is not found exactly once in ${file}.`);
  }
  return before + replacement + after;
}
