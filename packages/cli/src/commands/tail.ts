import { type Command, Option } from 'commander';
import { CommandError, exitCodes } from '../command-error.ts';
import { queryOf } from '../notification-filter.ts';
import { paint, print, printable, printJson } from '../print.ts';
import { addServerOption, type RemoteOptions, RemoteServer, remoteHelp } from '../remote-server.ts';
import { stopSignal } from '../stop-signal.ts';

interface TailOptions extends RemoteOptions {
  readonly customer?: string;
  readonly endpoint?: string;
  readonly task?: string;
  readonly outcome?: string;
  readonly json?: true;
}

const help = `
Examples:
  $ doorbell tail --customer acme
  $ doorbell tail --outcome retry --json
${remoteHelp}

It ends with Ctrl-C. When more comes than can be shown, it says how many it left out.

Exit codes: 0 stopped, 1 the server refuses, 2 the command line is wrong, 3 nothing answers, or the server has ended`;

export function registerTail(program: Command): void {
  addServerOption(program.command('tail'))
    .summary('watch deliveries of a running server')
    .description('Watches attempts as they are settled, over the API of a running server.')
    .option('--customer <id>', 'of this customer')
    .option('--endpoint <id>', 'of this endpoint')
    .option('--task <houseTaskId>', 'of this house task')
    .addOption(
      new Option('--outcome <outcome>', 'with this outcome').choices([
        'accepted',
        'refused',
        'retry',
        'misconfigured',
      ]),
    )
    .option('--json', 'print JSON, one event on each line')
    .addHelpText('after', help)
    .action((options: TailOptions) => tail(options));
}

async function tail(options: TailOptions): Promise<void> {
  const { customer, endpoint, task, outcome } = options;
  const named = { customerId: customer, endpointId: endpoint, houseTaskId: task, outcome };
  const given = Object.entries(named).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const stopping = new AbortController();
  void stopSignal().then(() => stopping.abort());
  const path = `/v1/tail${queryOf(Object.fromEntries(given))}`;
  const response = await new RemoteServer(options).open('GET', path, undefined, stopping.signal);
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) show(event, options.json === true);
    }
  } catch (error) {
    if (!stopping.signal.aborted) {
      throw new CommandError(exitCodes.noAnswer, 'The server ended the stream.', { cause: error });
    }
  }
  if (!stopping.signal.aborted) throw new CommandError(exitCodes.noAnswer, 'The server ended the stream.');
}

function show(event: string, asJson: boolean): void {
  const [, name, data = '{}'] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? [];
  if (name === 'dropped') {
    const { count } = JSON.parse(data) as { count: number };
    if (asJson) printJson({ dropped: count });
    else print(paint('dim', `... ${count} more`));
  }
  if (name !== 'notification') return;
  if (asJson) print(data);
  else print(lineOf(JSON.parse(data) as Record<string, string | number | null>));
}

function lineOf(event: Record<string, string | number | null>): string {
  const { at, endpointId, houseTaskId, sequence, state, outcome, reason, httpStatus, durationMs } = event;
  const colour = outcome === 'accepted' ? 'green' : 'red';
  const names = `${at} ${endpointId} ${houseTaskId}.${sequence} ${state} `;
  return (
    printable(names) +
    paint(colour, printable(`${outcome}`)) +
    printable(` ${reason} HTTP ${httpStatus ?? 'none'} ${durationMs} ms`)
  );
}
