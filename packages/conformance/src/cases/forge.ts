import { refuses } from '../case-shapes.ts';
import { type ConformanceCase, plainDelivery } from '../conformance-case.ts';
import { changed, type ForgerySketch, fieldOf, forge } from '../forgery.ts';
import { findDeliveryFault, findFirst, findRefusalFault } from '../judge.ts';
import { legalForgeries } from './forge-legal.ts';
import { nameForgeries } from './forge-names.ts';
import { valueForgeries } from './forge-values.ts';

/** Every forgery that the kit can compute, for its own tests: each must verify arithmetically. */
export const forgeries: readonly ForgerySketch[] = [...valueForgeries, ...nameForgeries, ...legalForgeries];

export const forgeCases: readonly ConformanceCase[] = [
  ...forgeries.map(({ forge: build, ...sketch }) => refuses(sketch, (probe) => build(probe).forged.request)),
  {
    id: 'forge-known-sign',
    level: 'hardened',
    why: 'A sign that was seen with other fields is proof of a forgery.',
    sends: 'a true notification, and then the same sign with its last digits of state moved to packageId',
    accepts: 'success, then any answer but success',
    hint: 'Remember the signs of the last 5 minutes with a digest of their fields, and refuse a known sign with other fields.',
    needs: [plainDelivery],
    run: async (probe) => {
      const heard = probe.fields();
      const packageId = `${fieldOf(heard, 'packageId')}5000`;
      const { heard: original, forged } = forge(probe, {
        heard,
        forged: changed(heard, { state: '0', packageId }),
      });
      const accepted = await probe.send(probe.sign(heard, { timestamp: original.timestamp }));
      const refused = await probe.send(forged.request);
      return findFirst([findDeliveryFault(accepted), findRefusalFault(refused)]);
    },
  },
];
