import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { type ExplainInput, explain } from '@doorbell/contract';
import { type Command, InvalidArgumentError } from 'commander';
import { CommandError, exitCodes } from '../command-error.ts';
import { collectText, getSignKey, signKeyOption } from '../option-parsers.ts';
import { type PastedRequest, readPastedRequest } from '../pasted-request.ts';
import { paint, print, printable, printJson } from '../print.ts';
import { renderExplanation } from '../render-explanation.ts';

interface ExplainOptions {
  readonly signKey?: string;
  readonly otherKey?: readonly string[];
  readonly timestamp?: string;
  readonly sign?: string;
  readonly body?: string;
  readonly bodyFile?: string;
  readonly receivedAt?: number;
  readonly showSign?: true;
  readonly json?: true;
}

const help = `
Examples:
  $ doorbell explain --sign-key KEY < request.txt        a raw HTTP request, or a curl command line
  $ pbpaste | doorbell explain --sign-key KEY            as copied from a log or a browser
  $ doorbell explain --sign-key KEY --timestamp 1532059200000 --sign 0f1e... --body 'state=50000&houseId=...'
  $ doorbell explain --sign-key KEY --other-key OLD-KEY --body-file body.bin --timestamp ... --sign ...

It signs the request in the wrong ways that are known, until the sign comes out. No key is ever printed.

Exit codes: 0 it verifies, 1 it does not (explained or not), 2 the command line is wrong`;

export function registerExplain(program: Command): void {
  program
    .command('explain')
    .summary('find out why a request does not verify')
    .description('Finds the mistake by which a request came to its signature, and says how to put it right.')
    .addOption(signKeyOption())
    .option('--other-key <key>', 'a key that may have been taken by mistake; repeatable', collectText)
    .option('--timestamp <text>', 'the timestamp header, instead of the pasted one')
    .option('--sign <text>', 'the sign header, instead of the pasted one')
    .option('--body <form>', 'the request body as it was sent')
    .option('--body-file <path>', 'a file with the request body, byte by byte')
    .option('--received-at <time>', 'when it was received (ISO 8601 or ms): judges its age', parseMoment)
    .option('--show-sign', 'print the correct sign too')
    .option('--json', 'print JSON')
    .addHelpText('after', help)
    .action((options: ExplainOptions) => runExplain(options));
}

async function runExplain(options: ExplainOptions): Promise<void> {
  const signKey = getSignKey(options.signKey);
  const request = await readRequest(options);
  if (request.headers.size === 0 && options.sign === undefined && options.timestamp === undefined) {
    const all = 'paste a request with its headers, or give --timestamp and --sign';
    throw new CommandError(exitCodes.usage, `There is no sign to explain: ${all}.`);
  }
  const explanation = explainRequest({
    body: request.body,
    contentType: request.headers.get('content-type') ?? null,
    timestamp: options.timestamp ?? request.headers.get('timestamp') ?? null,
    sign: options.sign ?? request.headers.get('sign') ?? null,
    signKey,
    otherKeys: options.otherKey ?? [],
    ...(options.receivedAt === undefined ? {} : { now: options.receivedAt }),
    revealSign: options.showSign ?? false,
  });
  process.exitCode = explanation.verdict === 'verifies' ? exitCodes.ok : exitCodes.no;
  if (options.json) {
    printJson({ ...explanation, remarks: request.remarks });
    return;
  }
  for (const remark of request.remarks) print(`${paint('yellow', 'note')}: ${printable(remark)}`);
  print(renderExplanation(explanation));
}

function explainRequest(input: ExplainInput): ReturnType<typeof explain> {
  try {
    return explain(input);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CommandError(exitCodes.usage, error.message, { cause: error });
  }
}

async function readRequest(options: ExplainOptions): Promise<PastedRequest> {
  if (options.body !== undefined && options.bodyFile !== undefined) {
    throw new CommandError(exitCodes.usage, 'Give either --body or --body-file.');
  }
  if (options.body !== undefined) return withBody(Buffer.from(options.body, 'utf8'));
  if (options.bodyFile !== undefined) return withBody(await readBodyFile(options.bodyFile));
  if (process.stdin.isTTY) {
    process.stderr.write('Paste the HTTP request or the curl command, then press Ctrl-D.\n');
  }
  return readPastedRequest(await buffer(process.stdin));
}

function withBody(body: Uint8Array): PastedRequest {
  return { headers: new Map(), body, remarks: [] };
}

async function readBodyFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(exitCodes.usage, `The body cannot be read: ${reason}`, { cause: error });
  }
}

function parseMoment(text: string): number {
  const epochMs = /^\d{13}$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(epochMs))
    throw new InvalidArgumentError('Write it as 2026-01-31T08:00:00Z or in milliseconds.');
  return epochMs;
}
