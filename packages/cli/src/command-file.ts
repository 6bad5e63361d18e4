import { fileURLToPath } from 'node:url';

/** The file that runs the command, from this one compiled, as source, or in the bundle: each lies one folder below the package. */
export const commandFile: string = fileURLToPath(new URL('../bin/doorbell.js', import.meta.url));
