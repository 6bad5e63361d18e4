import { Command } from 'commander';
import { registerAudit } from './commands/audit.ts';
import { registerConform } from './commands/conform.ts';
import { registerDemo } from './commands/demo.ts';
import { registerExplain } from './commands/explain.ts';
import { registerImport } from './commands/import.ts';
import { registerKeys } from './commands/keys.ts';
import { registerListen } from './commands/listen.ts';
import { registerMigrate } from './commands/migrate.ts';
import { registerNotifications } from './commands/notifications.ts';
import { registerResend } from './commands/resend.ts';
import { registerSend } from './commands/send.ts';
import { registerServe } from './commands/serve.ts';
import { registerSign } from './commands/sign.ts';
import { registerTail } from './commands/tail.ts';
import { registerUsers } from './commands/users.ts';
import { registerVerify } from './commands/verify.ts';
import { getVersion } from './version.ts';

const help = `
Try it:
  $ doorbell demo                                        watch three house tasks being notified
  $ doorbell listen --port 9000 --sign-key KEY           be a customer's endpoint
  $ doorbell send --url http://127.0.0.1:9000/ --sign-key KEY

Exit codes:
  0  done, accepted, verified        3  no answer came
  1  not accepted, not verified      4  the server cannot start
  2  the command line is wrong      70  a bug in doorbell

Environment:
  DATABASE_URL             a PostgreSQL database instead of the embedded one
  DOORBELL_SIGN_KEY        instead of --sign-key, which shows in ps
  DOORBELL_ALLOW_NETWORKS  instead of --allow-network, comma-separated
  DOORBELL_DEBUG=1         stack traces
  NO_COLOR=1               no colours`;

const helpColumns = 110;

/** The command line, ready to parse. Throws CommanderError instead of exiting. */
export function createProgram(): Command {
  const program = new Command('doorbell')
    .description('Doorbell rings the customer when one of their house tasks changes state.')
    .version(getVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, 'doorbell: ')),
      getOutHelpWidth: () => helpColumns,
      getErrHelpWidth: () => helpColumns,
    })
    .showSuggestionAfterError()
    .showHelpAfterError('Run it with --help for what it takes.')
    .addHelpText('after', help);
  registerServe(program);
  registerDemo(program);
  registerMigrate(program);
  registerImport(program);
  registerKeys(program);
  registerUsers(program);
  registerAudit(program);
  registerTail(program);
  registerNotifications(program);
  registerResend(program);
  registerListen(program);
  registerSend(program);
  registerSign(program);
  registerVerify(program);
  registerExplain(program);
  registerConform(program);
  return program;
}
