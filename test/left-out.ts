/**
 * For a server whose program is not there: CI fails, since nobody would notice what it leaves out; elsewhere the
 * suite is left out and says so.
 */
export function leftOut(suite: string, reason: string): undefined {
  if (process.env.CI) throw new Error(`${suite} cannot run: ${reason}`);
  process.stderr.write(`Left out: ${suite}, because ${reason}.\n`);
  return undefined;
}
