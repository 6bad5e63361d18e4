import type { Random } from '@doorbell/engine';

/** Chance in the words that a simulation needs; everything comes from one stream. */
export class Dice {
  readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  /** Both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.random() * (most - least + 1));
  }

  /** Small numbers as likely as large ones: 10 ms as likely as 10 minutes. */
  spread(least: number, most: number): number {
    return Math.round(this.rate(least, most));
  }

  /** As `spread`, for what is no whole number. */
  rate(least: number, most: number): number {
    return least * (most / least) ** this.random();
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[Math.floor(this.random() * from.length)];
    if (picked === undefined) throw new RangeError('There is nothing to pick from.');
    return picked;
  }

  /** Keeps each with the given probability, and at least one. */
  some<T>(from: readonly T[], probability: number): readonly T[] {
    const kept = from.filter(() => this.chance(probability));
    return kept.length === 0 ? [this.pick(from)] : kept;
  }

  fork(): Dice {
    let state = Math.floor(this.random() * 2 ** 32);
    return new Dice(() => {
      // Mulberry32, as everywhere in the project.
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    });
  }
}
