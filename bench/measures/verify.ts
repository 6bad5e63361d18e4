import { askOnce } from '../contender.ts';
import { formatCount } from '../format.ts';
import { figuresOf, type Measure } from '../measure.ts';
import { median, spreadOf } from '../statistics.ts';

const contender = 'verify';

export const verify: Measure = {
  name: 'verify',
  about: 'one verifyRequest / the bare MD5 and form parse of the same bytes',
  round: async (stage) => ({
    [contender]: await askOnce('verify-cost.ts', 'compare', { count: stage.size(200_000, 60_000) }),
  }),
  rows: (rounds) => {
    const verified = figuresOf(rounds, contender, 'verifyMicros');
    const bare = figuresOf(rounds, contender, 'bareMicros');
    return [
      {
        what: 'verify',
        figure: spreadOf(verified.map((micros, index) => micros / (bare[index] ?? Number.NaN))),
        unit: 'ratio',
        goal: { atMost: 2 },
        behind: `${formatCount(median(verified))} us / ${formatCount(median(bare))} us`,
      },
    ];
  },
};
