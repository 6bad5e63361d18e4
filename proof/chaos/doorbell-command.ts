import { join, resolve } from 'node:path';
import type { ChaosOptions } from './options.ts';
import { sabotageArgs } from './sabotage.ts';

/** The built command. */
export const doorbell: string = join(resolve(import.meta.dirname, '../..'), 'packages/cli/bin/doorbell.js');
/** The same, module by module: a bundle has none of which a guard could be taken out. */
const unbundledDoorbell = join(import.meta.dirname, 'unbundled-doorbell.ts');

/** Arguments for node: the command that is under test, with all its guards or without one. */
export function doorbellArgs(options: Pick<ChaosOptions, 'store' | 'sabotage'>): readonly string[] {
  const sabotage = sabotageArgs(options);
  return sabotage.length === 0 ? [doorbell] : [...sabotage, unbundledDoorbell];
}
