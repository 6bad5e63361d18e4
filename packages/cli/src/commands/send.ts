import {
  createNetworkPolicy,
  endpointPolicyDefaults,
  interpret,
  type Reading,
  type Reply,
  type TransportFailure,
} from '@doorbell/engine';
import { systemClock } from '@doorbell/engine/system';
import { type Command, InvalidArgumentError } from 'commander';
import { type ExitCode, exitCodes } from '../command-error.ts';
import {
  collectNamedValue,
  getSignKey,
  type NamedValue,
  parseInteger,
  signKeyOption,
} from '../option-parsers.ts';
import { print, printJson } from '../print.ts';
import { type Exchange, renderExchange } from '../render-exchange.ts';
import { buildSignedNotification, type SignedNotification } from '../signed-notification.ts';
import { getVersion } from '../version.ts';

interface SendOptions {
  readonly url: string;
  readonly signKey?: string;
  readonly unsigned?: true;
  readonly state: number;
  readonly houseTaskId: string;
  readonly houseId: string;
  readonly packageId: string;
  readonly userId: string;
  readonly userName: string;
  readonly extra?: readonly NamedValue[];
  readonly timestamp?: string;
  readonly tamper?: readonly NamedValue[];
  readonly json?: true;
}

/** Someone at a keyboard names the URL, so private networks are as good as any. */
const anywhere = createNetworkPolicy({ allowNetworks: ['0.0.0.0/0', '::/0'] });

/** Failures of an endpoint that did answer, only not in a way that counts. */
const answeredFailures: ReadonlySet<TransportFailure> = new Set(['response-too-large', 'malformed-response']);

const help = `
Examples:
  $ doorbell send --url http://127.0.0.1:9000/ --sign-key KEY
  $ doorbell send --url https://example.com/notify --sign-key KEY --state 45000 --house-task-id ht-1
  $ doorbell send --url ... --sign-key KEY --timestamp 1532059200000    an old one: to be refused
  $ doorbell send --url ... --sign-key KEY --tamper state=51000         changed on the way: to be refused

This is a tool for developers: it posts to any address, also on private networks.

Exit codes: 0 accepted, 1 not accepted, 2 the command line is wrong, 3 no answer`;

export function registerSend(program: Command): void {
  program
    .command('send')
    .summary('send one signed notification to a URL and show the exchange')
    .description(
      'Sends one task-state-change notification and shows what went out, what came back and what it means.',
    )
    .requiredOption('--url <url>', 'where to post', parseUrl)
    .addOption(signKeyOption())
    .option('--unsigned', 'send without timestamp and sign')
    .option('--state <code>', "the task's state", parseInteger, 50_000)
    .option('--house-task-id <id>', 'at most 32 characters', 'sample-task')
    .option('--house-id <id>', 'at most 64 characters', 'sample-house')
    .option('--package-id <id>', 'at most 128 characters', 'sample-package')
    .option('--user-id <id>', 'at most 32 characters', 'sample-user')
    .option('--user-name <name>', "the user's name", '张三 Zhang San')
    .option(
      '--extra <name=value>',
      'an extra parameter, signed like the others; repeatable',
      collectNamedValue,
    )
    .option('--timestamp <ms>', 'unix timestamp in milliseconds (default: now)')
    .option('--tamper <name=value>', 'change or add a field after signing; repeatable', collectNamedValue)
    .option('--json', 'print JSON')
    .addHelpText('after', help)
    .action((options: SendOptions) => runSend(options));
}

async function runSend(options: SendOptions): Promise<void> {
  const { state, houseTaskId, houseId, packageId, userId, userName, extra = [], tamper = [] } = options;
  const notification = buildSignedNotification({
    values: { state, houseTaskId, houseId, packageId, userId, userName },
    extra,
    tamper,
    timestamp: options.timestamp ?? String(systemClock.now()),
    signKey: options.unsigned ? null : getSignKey(options.signKey, ', or send without one by --unsigned'),
  });
  const startedMs = systemClock.monotonicMs();
  const reply = await post(options.url, notification);
  const durationMs = Math.round(systemClock.monotonicMs() - startedMs);
  const reading = interpret(reply);
  process.exitCode = exitCodeOf(reply, reading);
  const exchange: Exchange = { url: options.url, notification, reading, durationMs };
  if (options.json) printJson({ ...exchange, notification: jsonOf(notification) });
  else print(renderExchange(exchange));
}

function jsonOf(notification: SignedNotification): unknown {
  return { ...notification, fields: Object.fromEntries(notification.fields) };
}

async function post(url: string, { headers, body }: SignedNotification): Promise<Reply> {
  const { createHttpTransport } = await import('@doorbell/engine/http');
  const transport = createHttpTransport({ policy: anywhere, userAgent: `doorbell-send/${getVersion()}` });
  const { connectTimeoutMs, totalTimeoutMs } = endpointPolicyDefaults;
  const request = {
    endpointId: 'send',
    url,
    headers,
    body,
    connectTimeoutMs,
    totalTimeoutMs,
    inFlightMax: 1,
  };
  try {
    return await transport.post(request, new AbortController().signal);
  } finally {
    await transport.close();
  }
}

function exitCodeOf(reply: Reply, reading: Reading): ExitCode {
  if (reading.outcome === 'accepted') return exitCodes.ok;
  const answered = reply.kind === 'response' || answeredFailures.has(reply.reason);
  return answered ? exitCodes.no : exitCodes.noAnswer;
}

function parseUrl(text: string): string {
  const check = anywhere.checkUrl(text);
  if (check.ok) return check.url;
  throw new InvalidArgumentError(check.detail);
}
