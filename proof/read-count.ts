import { UsageError } from './usage-error.ts';

/** The whole number that an option was given. Throws `UsageError`. */
export function readCount(
  option: string,
  text: string,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < min || count > max) {
    throw new UsageError(`${option} takes a whole number from ${min} to ${max}.`);
  }
  return count;
}
