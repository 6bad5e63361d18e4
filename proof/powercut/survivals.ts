import type { Random } from '@doorbell/engine';
import { everything, nothing, type Survival } from './disk.ts';

/**
 * How much of the unsynced had reached the disk: none, all, the first writes, some of them in any order; torn-tail: the
 * first ones and part of the next; torn: some sectors of any.
 */
export const survivalKinds = ['none', 'all', 'prefix', 'subset', 'torn-tail', 'torn'] as const;
export type SurvivalKind = (typeof survivalKinds)[number];

export function survivalOf(kind: SurvivalKind, random: Random): Survival {
  // Drawn for each crash, so that some lose nearly all and others hardly anything.
  const share = random();
  const entries = (unsynced: number) => Math.floor(random() * (unsynced + 1));
  const sometimes = () => random() < share;
  switch (kind) {
    case 'none':
      return nothing;
    case 'all':
      return everything;
    case 'prefix':
      return {
        entries,
        write: (index, unsynced) => () => index < Math.floor(share * (unsynced + 1)),
        truncate: (index, unsynced) => index < Math.floor(share * (unsynced + 1)),
      };
    case 'subset':
      return { entries, write: () => (sometimes() ? () => true : () => false), truncate: sometimes };
    case 'torn-tail':
      return {
        entries,
        write: (index, unsynced, sectors) => tornTail(index, Math.floor(share * unsynced), sectors, random),
        truncate: (index, unsynced) => index < Math.floor(share * unsynced),
      };
    case 'torn':
      return { entries, write: () => sometimes, truncate: sometimes };
  }
}

function tornTail(index: number, torn: number, sectors: number, random: Random): (sector: number) => boolean {
  if (index !== torn) return () => index < torn;
  const kept = Math.floor(random() * sectors);
  // A drive may write the sectors of one request in any order.
  return random() < 0.5 ? (sector) => sector < kept : () => random() < 0.5;
}
