import { CommanderError } from 'commander';
import { CommandError, exitCodes } from './command-error.ts';
import { createProgram } from './program.ts';

/** Runs the `doorbell` command; sets `process.exitCode` and never throws. */
export async function main(argv: readonly string[]): Promise<void> {
  // A reader that went away (`doorbell ... | head`) is no fault of ours.
  process.stdout.on('error', ignoreClosedPipe);
  process.stderr.on('error', ignoreClosedPipe);
  try {
    await createProgram().parseAsync(argv);
  } catch (error) {
    process.exitCode = report(error);
  }
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

function report(error: unknown): number {
  // Commander has printed its sentence, or the help that was asked for, already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const message = error instanceof Error ? error.message : String(error);
  const known = error instanceof CommandError;
  process.stderr.write(`doorbell: ${known ? message : `unexpected: ${message}`}\n`);
  if (process.env.DOORBELL_DEBUG === '1' && error instanceof Error) {
    process.stderr.write(`${error.stack ?? ''}\n`);
    if (error.cause instanceof Error) process.stderr.write(`caused by ${error.cause.stack ?? ''}\n`);
  } else if (!known) {
    process.stderr.write('Run it again with DOORBELL_DEBUG=1 for the stack.\n');
  }
  return known ? error.exitCode : exitCodes.internal;
}
