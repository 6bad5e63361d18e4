import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { renderEnvelope } from '@doorbell/contract';
import { type Answer, createReceiver, type Receiver, type RefusalState, Refuse } from '@doorbell/receiver';
import { nodeHandler } from '@doorbell/receiver/node';
import { type Command, Option } from 'commander';
import { CommandError, exitCodes } from '../command-error.ts';
import { type ListenRecord, notificationRecord } from '../listen-record.ts';
import { collectText, getSignKey, parseCount, parsePort, signKeyOption } from '../option-parsers.ts';
import { print, printJson } from '../print.ts';
import { renderListenRecord } from '../render-listen-record.ts';
import { stopSignal } from '../stop-signal.ts';

interface ListenOptions {
  readonly port: number;
  readonly host: string;
  readonly signKey?: string;
  readonly allowUnsigned?: true;
  readonly extra?: readonly string[];
  readonly answer: '200' | `${RefusalState}`;
  readonly failFirst: number;
  readonly json?: true;
  readonly untilStdinCloses?: true;
}

const help = `
Examples:
  $ doorbell listen --port 9000 --sign-key KEY
  $ doorbell listen --port 9000 --sign-key KEY --answer 403      refuse everything
  $ doorbell listen --port 9000 --sign-key KEY --fail-first 2    fail twice, then recover
  $ DOORBELL_SIGN_KEY=... doorbell listen --port 9000 --json | jq .

Ctrl-C ends it.

Exit codes: 0 ended by a signal, 2 the command line is wrong, 4 the port cannot be used`;

export function registerListen(program: Command): void {
  program
    .command('listen')
    .summary("be a customer's endpoint and print each notification")
    .description('Receives notifications on any path and prints each one: verified, or why not.')
    .requiredOption('--port <number>', 'port to listen on; 0 takes a free one', parsePort)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(signKeyOption())
    .option('--allow-unsigned', 'accept notifications without a signature')
    .option('--extra <name>', 'an agreed extra parameter; repeatable', collectText)
    .addOption(
      new Option('--answer <state>', 'response state for verified notifications')
        .choices(['200', '401', '4011', '403', '500'])
        .default('200'),
    )
    .option(
      '--fail-first <count>',
      'answer state 500 to that many verified notifications first',
      parseCount,
      0,
    )
    .option('--json', 'print one JSON document per line')
    .addOption(new Option('--until-stdin-closes').hideHelp())
    .addHelpText('after', help)
    .action((options: ListenOptions) => runListen(options));
}

async function runListen(options: ListenOptions): Promise<void> {
  const show = (record: ListenRecord): void => {
    if (options.json) printJson(record);
    else print(renderListenRecord(record));
  };
  // Asked for before anyone can know that it listens, so that no signal comes too early.
  const ended = options.untilStdinCloses ? stdinClosed() : stopSignal();
  const server = createServer(nodeHandler(outspoken(createAnsweringReceiver(options), show)));
  show({ event: 'listening', url: await listen(server, options) });
  // Nobody reads any more what there is to say.
  process.stdout.on('error', () => process.exit());
  await ended;
  server.close();
  server.closeAllConnections();
}

function createAnsweringReceiver(options: ListenOptions): Receiver {
  const unsignedOnly = options.allowUnsigned && !options.signKey;
  let failuresLeft = options.failFirst;
  return createReceiver({
    signKeys: unsignedOnly ? [] : getSignKey(options.signKey, ', or accept everything with --allow-unsigned'),
    allowUnsigned: options.allowUnsigned ?? false,
    extra: options.extra ?? [],
    onChange() {
      if (failuresLeft > 0) {
        failuresLeft -= 1;
        throw Refuse(500, 'Failing on purpose, as --fail-first says.');
      }
      if (options.answer === '200') return;
      throw Refuse(Number(options.answer) as RefusalState, 'Answered so on purpose, as --answer says.');
    },
  });
}

/**
 * The same receiver, which shows each request and tells the sender the reason of a refusal. Only a tool for
 * developers may: a receiver in production keeps it to itself, so that a forger learns nothing.
 */
function outspoken(receiver: Receiver, show: (record: ListenRecord) => void): Receiver {
  return {
    async receive(request) {
      const answer = await receiver.receive(request);
      show(notificationRecord(request, answer));
      return withReason(answer);
    },
    refuse(code, detail) {
      const answer = receiver.refuse(code, detail);
      show(notificationRecord(null, answer));
      return withReason(answer);
    },
  };
}

function withReason(answer: Answer): Answer {
  if (answer.refusal === undefined) return answer;
  const { state, code, detail } = answer.refusal;
  return { ...answer, body: renderEnvelope({ state, payload: `${code}: ${detail}` }) };
}

function listen(server: Server, { port, host }: ListenOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new CommandError(exitCodes.cannotStart, cannotListen(error, host, port), { cause: error }));
    });
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo;
      const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
      resolve(`http://${shown}:${address.port}/`);
    });
  });
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === 'EADDRINUSE') return `Port ${port} on ${host} is taken: give another --port.`;
  if (error.code === 'EACCES')
    return `Port ${port} needs rights this user does not have: give a --port above 1023.`;
  return `Cannot listen on ${host}:${port}: ${error.message}.`;
}

/** Ctrl-C reaches the whole process group: a receiver of the demo leaves the end to its parent. */
function stdinClosed(): Promise<void> {
  process.on('SIGINT', () => {});
  return new Promise((resolve) => process.stdin.resume().once('close', resolve));
}
