// An endpoint for task-state-change notifications with Express 4 or 5.
import { createServer } from 'node:http';
import { createReceiver, Refuse } from '@doorbell/receiver';
import { expressHandler } from '@doorbell/receiver/express';
import express from 'express';

const signKey = process.env.SIGN_KEY;
if (!signKey) throw new Error('SIGN_KEY is not set.');

// Stands for your database.
const stateOfHouse = new Map<string, number>();

const receiver = createReceiver({
  signKeys: signKey, // while a key is being exchanged: [newKey, oldKey]
  // If your ids have a form, say so. It keeps a piece of one id from being moved into the next, which MD5 does not:
  // idPatterns: { houseId: /^HZ-\d+$/ },
  async onChange(change) {
    // 403 is final: the platform never sends this notification again. Everything else that is thrown is answered 500
    // and comes again, so a failing database needs no code here.
    if (change.houseId.startsWith('not-ours-')) throw Refuse(403, 'not a house of ours');
    // A change can come twice, for instance when the first answer was lost: setting a state twice does no harm.
    stateOfHouse.set(change.houseId, change.state);
    console.log(`task ${change.houseTaskId} of house ${change.houseId} is now ${change.stateName}`);
  },
  // A refused request is answered without its reason, so that a forger learns nothing. The reason belongs in your log.
  onRefused: ({ code, detail, cause }) => console.warn(`refused: ${code}: ${detail}`, cause ?? ''),
});

const app = express();
app.disable('x-powered-by');
// Before any body parser: only the bytes tell a repeated name and broken UTF-8, and forgeries are made of those.
app.use('/', expressHandler(receiver)); // in your app: a path of its own, '/doorbell'

// requestTimeout: a request that drips in must not hold a connection for Node's five minutes. It has to be given here;
// set later, on what app.listen returns, it does not take effect.
createServer({ requestTimeout: 15_000 }, app).listen(Number(process.env.PORT ?? 9000), '127.0.0.1');
