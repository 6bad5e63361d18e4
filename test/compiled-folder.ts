import { join } from 'node:path';

/** Where Node keeps what it has compiled, by the contents of each file, for processes that have NODE_COMPILE_CACHE set to it. */
export const compiledFolder: string = join(import.meta.dirname, '../node_modules/.cache/compiled');
