import type { Input } from './fuzz-target.ts';

const roundsMax = 40;

/**
 * Takes pieces away from the parts as long as `findDiffering` says that one of the candidates still differs (its index,
 * or -1): first halves, at last single bytes.
 */
export async function minimise(
  input: Input,
  findDiffering: (candidates: readonly Input[]) => Promise<number>,
): Promise<Input> {
  let smallest = input;
  for (let round = 0; round < roundsMax; round++) {
    const candidates = listSmaller(smallest);
    const found = candidates.length === 0 ? -1 : await findDiffering(candidates);
    if (found === -1) return smallest;
    smallest = candidates[found] ?? smallest;
  }
  return smallest;
}

const piecesMax = 16;

/** The biggest piece first. The first part of some inputs says what they are, and has to stay whole to be read. */
function listSmaller(input: Input): readonly Input[] {
  return input.flatMap((part, index) => {
    const smaller: Input[] = [];
    for (let pieces = 2; pieces <= piecesMax && pieces <= part.length * 2; pieces *= 2) {
      const length = Math.max(1, Math.floor(part.length / pieces));
      for (let at = 0; at + length <= part.length; at += length) {
        const shorter = Buffer.concat([part.subarray(0, at), part.subarray(at + length)]);
        smaller.push(input.with(index, shorter));
      }
    }
    return index === 0 && input.length > 1 ? [] : smaller;
  });
}
