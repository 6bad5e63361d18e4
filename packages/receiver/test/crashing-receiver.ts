// A customer's process for crash.test.ts: one SQLite file, one notification on its command line, and a moment to die at.
import { argv, kill, pid, stdout } from 'node:process';
import { DatabaseSync } from 'node:sqlite';

import { createReceiver } from '@doorbell/receiver';
import { sqliteMemory } from '@doorbell/receiver/sqlite';

const [path = '', moment = '', key = '', now = '', headers = '', body = ''] = argv.slice(2);
const database = new DatabaseSync(path, { timeout: 5000 });

function dieAt(here: string): void {
  if (moment === here) kill(pid, 'SIGKILL');
}

const receiver = createReceiver({
  signKeys: key,
  now: () => Number(now),
  memory: sqliteMemory(database),
  onChange(change, receipt) {
    database.exec('begin immediate');
    database.prepare('insert into effect (name) values (?)').run(change.houseTaskId);
    dieAt('after the effect, before the commit');
    receipt.remember(database);
    database.exec('commit');
    dieAt('after the commit, before the reply');
  },
});
const answer = await receiver.receive({
  method: 'POST',
  headers: JSON.parse(headers),
  body: Buffer.from(body),
});
stdout.write(`${answer.outcome}${answer.refusal === undefined ? '' : ` ${answer.refusal.code}`}`);
