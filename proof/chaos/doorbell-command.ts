import { join, resolve } from 'node:path';

/** The built command. */
export const doorbell: string = join(resolve(import.meta.dirname, '../..'), 'packages/cli/bin/doorbell.js');
