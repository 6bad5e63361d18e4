import { formatCount } from '../format.ts';
import { figuresOf, type Round } from '../measure.ts';
import { median } from '../statistics.ts';

/** The absolute figures behind a ratio of two servers. */
export function behindLoad(rounds: readonly Round[], of: string, to: string): string {
  const show = (contender: string, name: string) => formatCount(median(figuresOf(rounds, contender, name)));
  const busy = (contender: string) => Math.round(100 * median(figuresOf(rounds, contender, 'busy')));
  return (
    `${show(of, 'perSecond')} a second / ${show(to, 'perSecond')} (${to}); ` +
    `CPU ${show(of, 'cpuMicros')} us each / ${show(to, 'cpuMicros')}; busy ${busy(of)} % / ${busy(to)} %`
  );
}
