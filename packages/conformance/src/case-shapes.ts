import { type ConformanceCase, plainDelivery, type Sketch } from './conformance-case.ts';
import { findAcceptanceFault, findDeliveryFault, findRefusalFault } from './judge.ts';
import type { Probe } from './probe.ts';
import type { WireRequest } from './wire-request.ts';

type Build = (probe: Probe) => WireRequest;

/** A true notification, which has to be accepted. */
export function delivers(sketch: Sketch, build: Build): ConformanceCase {
  return {
    ...sketch,
    level: sketch.level ?? 'must',
    accepts: 'HTTP 2xx and an envelope with state 200',
    needs: [plainDelivery],
    run: async (probe) => findDeliveryFault(await probe.send(build(probe))),
  };
}

/** Something that is no notification as agreed, which must not be accepted. */
export function refuses(sketch: Sketch, build: Build): ConformanceCase {
  return {
    ...sketch,
    level: sketch.level ?? 'must',
    accepts: 'any answer but success, within the time limit',
    needs: [plainDelivery],
    run: async (probe) => findRefusalFault(await probe.send(build(probe))),
  };
}

/** Something too large to be read: it must not be accepted, and the connection may simply be closed. */
export function refusesOrCloses(sketch: Sketch, build: Build): ConformanceCase {
  return {
    ...sketch,
    level: sketch.level ?? 'must',
    accepts: 'any answer but success, or the connection closed, within the time limit',
    needs: [plainDelivery],
    run: async (probe) => findAcceptanceFault(await probe.send(build(probe))),
  };
}
