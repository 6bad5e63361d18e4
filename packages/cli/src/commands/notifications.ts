import type { Attempt, Notification, NotificationWithAttempts, Page } from '@doorbell/server/api';
import type { Command } from 'commander';
import { addFilterOptions, type FilterOptions, filterOf, queryOf } from '../notification-filter.ts';
import { parseCount } from '../option-parsers.ts';
import { paint, print, printable, printJson } from '../print.ts';
import { addServerOption, type RemoteOptions, RemoteServer, remoteHelp } from '../remote-server.ts';

interface ListOptions extends RemoteOptions, FilterOptions {
  readonly oldest?: true;
  readonly limit: number;
  readonly json?: true;
}

interface ShowOptions extends RemoteOptions {
  readonly json?: true;
}

const exits = `${remoteHelp}

Exit codes: 0 done, 1 the server refuses, 2 the command line is wrong, 3 nothing answers`;

const listHelp = `
Examples:
  $ doorbell notifications list --result failed --customer acme
  $ doorbell notifications list --result pending --oldest       undelivered, oldest first
${exits}`;

const showHelp = `
Examples:
  $ doorbell notifications show n42-7          every attempt: what was sent, what came back, why it counted
${exits}`;

export function registerNotifications(program: Command): void {
  const notifications = program
    .command('notifications')
    .summary('look notifications up on a running server')
    .description('Looks notifications up, over the API of a running server.');
  addServerOption(addFilterOptions(notifications.command('list')))
    .summary('those that match a filter')
    .description('Lists notifications, newest first.')
    .option('--oldest', 'oldest first')
    .option('--limit <count>', 'how many', parseCount, 50)
    .option('--json', 'print JSON, one notification on each line')
    .addHelpText('after', listHelp)
    .action((options: ListOptions) => list(options));
  addServerOption(notifications.command('show'))
    .summary('one, with every attempt')
    .description('Shows one notification with every attempt.')
    .argument('<id>', 'such as n42-7')
    .option('--json', 'print JSON')
    .addHelpText('after', showHelp)
    .action((id: string, options: ShowOptions) => show(id, options));
}

async function list(options: ListOptions): Promise<void> {
  const server = new RemoteServer(options);
  const order = options.oldest ? { order: 'oldest' } : {};
  const filter = { ...filterOf(options), ...order };
  let left = options.limit;
  let cursor: string | null = '';
  while (left > 0 && cursor !== null) {
    const place: Record<string, string> = cursor === '' ? {} : { cursor };
    const path = `/v1/notifications${queryOf({ ...filter, ...place, limit: Math.min(left, 500) })}`;
    const page: Page<Notification> = await server.call('GET', path);
    for (const item of page.items) {
      if (options.json) printJson(item);
      else print(lineOf(item));
    }
    left -= page.items.length;
    cursor = page.next;
  }
  // Silence could as well be a pipe that broke.
  if (left === options.limit && !options.json) process.stderr.write('No notification matches.\n');
}

function lineOf(item: Notification): string {
  const result = paint(colourOf(item.result), item.resultName.padEnd(10));
  const answer = item.lastAttempt === null ? '' : ` ${item.lastAttempt.reason}`;
  const names = `${item.endpointId} ${item.houseTaskId}.${item.sequence} ${item.state}`;
  return printable(`${item.createdAt} ${item.id} `) + result + printable(` ${names}${answer}`);
}

function colourOf(result: number): 'green' | 'yellow' | 'red' {
  if (result === 1) return 'green';
  return result === 0 ? 'yellow' : 'red';
}

async function show(id: string, options: ShowOptions): Promise<void> {
  const path = `/v1/notifications/${encodeURIComponent(id)}`;
  const found = await new RemoteServer(options).call<NotificationWithAttempts>('GET', path);
  if (options.json) {
    printJson(found);
    return;
  }
  print(lineOf(found));
  print(printable(found.explanation));
  for (const attempt of found.attempts) printAttempt(attempt);
}

function printAttempt(attempt: Attempt): void {
  const { number, at, durationMs, timings, outcome, reason, detail, request, response } = attempt;
  print();
  print(printable(`attempt ${number} at ${at}, ${durationMs} ms: ${outcome} (${reason})`));
  print(printable(`  ${detail}`));
  if (timings !== null) print(`  ${timingsText(timings)}`);
  print(printable(`  POST ${request.url}`));
  for (const [name, value] of Object.entries(request.headers)) print(printable(`  ${name}: ${value}`));
  print(printable(`  ${request.body}`));
  if (request.signedText !== null) print(printable(`  signed: ${request.signedText}`));
  print(
    printable(
      `  HTTP ${response.httpStatus ?? 'none'}, state ${response.state ?? 'none'}: ${response.body ?? ''}`,
    ),
  );
}

const steps = [
  ['queuedMs', 'queued'],
  ['dnsMs', 'name'],
  ['connectMs', 'connect'],
  ['tlsMs', 'TLS'],
  ['waitMs', 'first byte'],
  ['downloadMs', 'download'],
] as const;

/** `kept connection, first byte 12.3 ms, download 0.1 ms` */
function timingsText(timings: NonNullable<Attempt['timings']>): string {
  const taken = steps.flatMap(([key, name]) => (timings[key] === null ? [] : [`${name} ${timings[key]} ms`]));
  return [...(timings.reused ? ['kept connection'] : []), ...taken].join(', ');
}
