// An endpoint for task-state-change notifications with Hono, here on Node. On Bun and Deno only the last lines differ.
import { createReceiver, Refuse } from '@doorbell/receiver';
import { fetchHandler } from '@doorbell/receiver/fetch';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

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
const handle = fetchHandler(receiver);

const app = new Hono();
// The raw request, before anything calls parseBody: that drops repeated names and replaces broken UTF-8 in silence.
// `all`, so that other methods are answered by an envelope too. In your app: a path of its own, '/doorbell'.
app.all('*', (context) => handle(context.req.raw));

serve({
  fetch: app.fetch,
  hostname: '127.0.0.1',
  port: Number(process.env.PORT ?? 9000),
  // A request that drips in must not hold a connection for Node's five minutes.
  serverOptions: { requestTimeout: 15_000 },
});
