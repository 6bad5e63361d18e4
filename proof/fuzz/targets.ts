import type { FuzzTarget } from './fuzz-target.ts';
import { bodyTarget } from './targets/body.ts';
import { envelopeTarget } from './targets/envelope.ts';
import { formTarget } from './targets/form.ts';
import { receiverTarget } from './targets/receiver.ts';
import { signatureTarget } from './targets/signature.ts';
import { urlTarget } from './targets/url.ts';

/** The slowest first, so that two at a time end together. */
export const targets: readonly FuzzTarget[] = [
  receiverTarget,
  bodyTarget,
  signatureTarget,
  formTarget,
  envelopeTarget,
  urlTarget,
];

export function getTarget(name: string): FuzzTarget {
  const target = targets.find((each) => each.name === name);
  if (target === undefined) throw new RangeError(`There is no target ${name}.`);
  return target;
}
