import { type Command, Option } from 'commander';
import { CommandError, exitCodes } from './command-error.ts';

export interface FilterOptions {
  readonly customer?: string;
  readonly endpoint?: string;
  readonly task?: string;
  readonly house?: string;
  readonly result?: string;
  readonly state?: string;
  readonly from?: string;
  readonly to?: string;
}

const results = ['pending', 'delivered', 'refused', 'failed', 'superseded'] as const;

export function addFilterOptions(command: Command): Command {
  return command
    .option('--customer <id>', 'of this customer')
    .option('--endpoint <id>', 'of this endpoint')
    .option('--task <houseTaskId>', 'of this house task')
    .option('--house <houseId>', 'of this house')
    .addOption(new Option('--result <result>', 'with this result').choices(results))
    .option('--state <state>', 'of a change to this state, such as 50000')
    .option('--from <time>', 'recorded at or after; ISO 8601 with a zone')
    .option('--to <time>', 'recorded before');
}

/** As the API names them; what was not given is left out. */
export function filterOf(options: FilterOptions): Readonly<Record<string, string | number>> {
  const { customer, endpoint, task, house, result, state, from, to } = options;
  const named = {
    customerId: customer,
    endpointId: endpoint,
    houseTaskId: task,
    houseId: house,
    result: result === undefined ? undefined : results.indexOf(result as (typeof results)[number]),
    state: state === undefined ? undefined : readState(state),
    from,
    to,
  };
  return Object.fromEntries(
    Object.entries(named).filter((entry): entry is [string, string | number] => entry[1] !== undefined),
  );
}

function readState(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new CommandError(
    exitCodes.usage,
    `--state takes a number such as 50000, not ${JSON.stringify(text)}.`,
  );
}

export function queryOf(fields: Readonly<Record<string, string | number>>): string {
  const query = new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)]));
  return query.size === 0 ? '' : `?${query}`;
}
