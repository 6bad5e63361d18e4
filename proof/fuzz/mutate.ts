import type { Random } from '@doorbell/engine';

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T;
}

export function upTo(random: Random, count: number): number {
  return Math.floor(random() * count);
}

/** One to four small changes: what bugs in parsers are found with. */
export function mutate(bytes: Buffer, tokens: readonly Buffer[], random: Random): Buffer {
  let mutated = bytes;
  for (let changes = 1 + upTo(random, 4); changes > 0; changes--)
    mutated = mutateOnce(mutated, tokens, random);
  return mutated;
}

function mutateOnce(bytes: Buffer, tokens: readonly Buffer[], random: Random): Buffer {
  const at = upTo(random, bytes.length + 1);
  const end = Math.min(bytes.length, at + upTo(random, 9));
  switch (upTo(random, 6)) {
    case 0:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    case 1:
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), pick(random, tokens), bytes.subarray(at)]);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), pick(random, tokens), bytes.subarray(end)]);
    case 4: {
      const flipped = Buffer.from(bytes);
      if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << upTo(random, 8));
      return flipped;
    }
    default: {
      const changed = Buffer.from(bytes);
      if (at < changed.length) changed[at] = upTo(random, 256);
      return changed;
    }
  }
}
