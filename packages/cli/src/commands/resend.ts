import { createInterface } from 'node:readline/promises';
import { systemClock } from '@doorbell/engine/system';
import type { ResendJob } from '@doorbell/server/api';
import type { Command } from 'commander';
import { CommandError, exitCodes } from '../command-error.ts';
import { addFilterOptions, type FilterOptions, filterOf } from '../notification-filter.ts';
import { print, printJson } from '../print.ts';
import { addServerOption, type RemoteOptions, RemoteServer, remoteHelp } from '../remote-server.ts';

interface ResendOptions extends RemoteOptions, FilterOptions {
  readonly yes?: true;
  readonly json?: true;
}

const help = `
Examples:
  $ doorbell resend n42-7
  $ doorbell resend --result failed --from 2026-11-24T20:00:00+08:00      shows how many, and asks
  $ doorbell resend --result failed --endpoint acme-main --yes
${remoteHelp}

A resend of a filter goes on in the server when this command is stopped.

Exit codes: 0 done, 1 not confirmed, stopped, or the server refuses, 2 the command line is wrong, 3 nothing answers`;

const pollMs = 500;
const barWidth = 40;
const never = new AbortController().signal;

export function registerResend(program: Command): void {
  addServerOption(addFilterOptions(program.command('resend')))
    .summary('send notifications again, from a running server')
    .description('Sends one notification again, or all that match a filter, oldest first.')
    .argument('[id]', 'such as n42-7')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON')
    .addHelpText('after', help)
    .action((id: string | undefined, options: ResendOptions) => resend(id, options));
}

async function resend(id: string | undefined, options: ResendOptions): Promise<void> {
  const filter = filterOf(options);
  if ((id === undefined) === (Object.keys(filter).length === 0)) {
    throw new CommandError(exitCodes.usage, 'Give either the id of a notification or a filter.');
  }
  const server = new RemoteServer(options);
  if (id !== undefined) {
    const path = `/v1/notifications/${encodeURIComponent(id)}/resend`;
    const { resent } = await server.call<{ resent: number }>('POST', path, {});
    if (options.json) printJson({ resent });
    else print(resent === 1 ? 'It is sent again.' : 'It is being sent already.');
    return;
  }
  const { matches } = await server.call<{ matches: number }>('POST', '/v1/resends', { filter, dryRun: true });
  if (!options.json) print(`${matches} notifications match.`);
  if (matches > 0 && !options.yes) await confirm(matches);
  const body = { filter, expected: matches };
  const job = await follow(
    server,
    await server.call<ResendJob>('POST', '/v1/resends', body),
    options.json === true,
  );
  if (options.json) printJson(job);
  else print(`${job.state}: ${job.resent} of ${job.done} are sent again.`);
  process.exitCode = job.state === 'done' ? exitCodes.ok : exitCodes.no;
}

/** The number itself must be typed: a habit of pressing y must not send ten thousand. */
async function confirm(matches: number): Promise<void> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  const answer = await Promise.race([lines.question(`Type ${matches} to send them again: `), ended]);
  lines.close();
  if (answer.trim() !== String(matches)) {
    throw new CommandError(exitCodes.no, 'Not confirmed; nothing is sent again.');
  }
}

async function follow(server: RemoteServer, started: ResendJob, quiet: boolean): Promise<ResendJob> {
  let job = started;
  while (job.state === 'running') {
    await systemClock.sleep(pollMs, never);
    job = await server.call<ResendJob>('GET', `/v1/resends/${started.id}`);
    if (!quiet && process.stderr.isTTY) process.stderr.write(`\r${bar(job)}`);
  }
  if (!quiet && process.stderr.isTTY) process.stderr.write('\n');
  return job;
}

function bar({ done, total }: ResendJob): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(share * barWidth);
  return `[${'#'.repeat(filled)}${' '.repeat(barWidth - filled)}] ${done} of ${total}`;
}
