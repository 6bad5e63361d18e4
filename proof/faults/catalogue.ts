import { contentFaults } from './content-faults.ts';
import type { Fault } from './fault.ts';
import { networkFaults } from './network-faults.ts';
import { postgresFaults } from './postgres-faults.ts';
import { processFaults } from './process-faults.ts';
import { timeFaults } from './time-faults.ts';

/** All 72, in their order. */
export const catalogue: readonly Fault[] = [
  ...processFaults,
  ...timeFaults,
  ...postgresFaults,
  ...networkFaults,
  ...contentFaults,
];
