import type { Command } from 'commander';
import type { ServeOptions } from '../serve.ts';
import { addServeOptions } from './serve.ts';

const help = `
Starts a server with two sample customers, whose receivers run in processes of their own, and drives three
house tasks through their lives: one straight to done, one sent back from review, one whose receiver fails
at first and recovers. Then it keeps serving, so that you can try the API.

Without --data everything is in a temporary directory that is removed at the end; without --port a free port
is taken when 8787 is not.

Exit codes: 0 ended by a signal, 2 the command line is wrong, 3 notifications did not arrive, 4 cannot start`;

export function registerDemo(program: Command): void {
  addServeOptions(program.command('demo'))
    .summary('watch three house tasks being notified, then keep serving')
    .description('The whole way of a notification, live; the same as "doorbell serve --demo".')
    .addHelpText('after', help)
    .action(async (options: ServeOptions) => (await import('../serve.ts')).serve({ ...options, demo: true }));
}
