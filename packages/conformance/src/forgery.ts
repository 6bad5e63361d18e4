import type { Sketch } from './conformance-case.ts';
import type { Probe } from './probe.ts';
import { formOf, md5, signatureOf, signedValues } from './signed-request.ts';
import type { Pairs, WireRequest } from './wire-request.ts';

/** A true notification that someone listened to, and what he makes of it without knowing the key. */
export interface Forgery {
  readonly heard: { readonly fields: Pairs; readonly timestamp: string; readonly sign: string };
  readonly forged: {
    readonly timestamp: string;
    readonly sign: string;
    /** The values as bytes, in ascending order of their names: what the receiver that falls for it hashes. */
    readonly values: Uint8Array;
    readonly request: WireRequest;
  };
}

/** One class of forgery, as a case of the kit. */
export interface ForgerySketch extends Sketch {
  readonly forge: (probe: Probe) => Forgery;
}

interface Recut {
  readonly heard: Pairs;
  readonly heardAt?: string;
  readonly forged: Pairs;
  readonly forgedAt?: string;
}

/** The same text cut elsewhere. Throws when the forgery does not verify: a false one would prove nothing. */
export function forge(probe: Probe, sketch: Recut): Forgery {
  const { signKey } = probe.settings;
  const heardAt = sketch.heardAt ?? String(probe.nowMs());
  const timestamp = sketch.forgedAt ?? heardAt;
  const sign = signatureOf(sketch.heard, signKey, heardAt);
  const body = formOf(sketch.forged);
  return proven(signKey, {
    heard: { fields: sketch.heard, timestamp: heardAt, sign },
    forged: {
      timestamp,
      sign,
      values: Buffer.from(signedValues(sketch.forged)),
      request: probe.sign(sketch.forged, { timestamp, sign, body, webhook: 'none' }),
    },
  });
}

/** A sign that was not heard but computed from one, as for the extension of an MD5. */
export function proven(signKey: string, forgery: Forgery): Forgery {
  const { timestamp, sign, values } = forgery.forged;
  const verifies = md5(Buffer.concat([Buffer.from(signKey), values, Buffer.from(timestamp)])) === sign;
  if (!verifies) throw new Error('This forgery does not verify, so it proves nothing.');
  return forgery;
}

/** These fields with other values; null drops one. */
export function changed(fields: Pairs, changes: Readonly<Record<string, string | null>>): Pairs {
  return fields.flatMap(([name, value]) => {
    const change = changes[name];
    return change === null ? [] : [[name, change ?? value] as const];
  });
}

export function fieldOf(fields: Pairs, name: string): string {
  return fields.find(([known]) => known === name)?.[1] ?? '';
}
