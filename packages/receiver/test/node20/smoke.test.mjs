// Run against dist on the oldest Node a customer may have: `npm run build`, then `npm run test:node20`.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { signWebhook } from '@doorbell/contract';
import { createReceiver, Refuse } from '@doorbell/receiver';
import { fetchHandler } from '@doorbell/receiver/fetch';
import { nodeHandler } from '@doorbell/receiver/node';

const key = 'CdLvNRRQvy0xjORPNvuVaA';
const now = 1_532_059_200_000;
const fields = {
  state: '50000',
  houseTaskId: 't1',
  houseId: 'h',
  packageId: 'p',
  userId: 'u',
  userName: '张三',
};

function signedHeaders(timestamp = String(now)) {
  const values = Object.keys(fields)
    .sort()
    .map((name) => fields[name])
    .join('');
  const sign = createHash('md5')
    .update(key + values + timestamp, 'utf8')
    .digest('hex');
  return { timestamp, sign };
}

function receiverThat(onChange) {
  return createReceiver({ signKeys: key, now: () => now, onChange });
}

const post = (headers) => ({ method: 'POST', headers, body: new URLSearchParams(fields) });

test('the Fetch adapter accepts a signed notification and refuses an unsigned one', async () => {
  const names = [];
  const handle = fetchHandler(receiverThat((change) => void names.push(change.userName)));
  const accepted = await handle(new Request('http://receiver.test/', post(signedHeaders())));
  assert.equal(await accepted.text(), '{"state":200,"payload":"Success"}');
  const refused = await handle(new Request('http://receiver.test/', post({})));
  assert.equal(await refused.text(), '{"state":401,"payload":"authentication failed"}');
  assert.deepEqual(names, ['张三']);
});

test('the node:http adapter answers over a socket what the handler says', async () => {
  const receiver = receiverThat(() => {
    throw Refuse(403, 'not ours');
  });
  const server = createServer(nodeHandler(receiver)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}/`;
  const refused = await fetch(url, post(signedHeaders()));
  assert.equal(await refused.text(), '{"state":403,"payload":"not ours"}');
  const tooLarge = await fetch(url, { method: 'POST', body: 'x'.repeat(100_000) });
  assert.equal(tooLarge.status, 413);
  server.closeAllConnections();
  server.close();
});

test('a notification with an HMAC runs the handler once, and an older one not at all', async () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const sequences = [];
  const options = { signKeys: [], webhookSecrets: secret, policy: 'require-hmac', now: () => now };
  const receiver = createReceiver({ ...options, onChange: (change) => void sequences.push(change.sequence) });
  const body = new URLSearchParams(fields).toString();
  const outcomes = [];
  for (const sequence of [2, 2, 1]) {
    const id = `${fields.houseTaskId}.${sequence}`;
    const timestampSeconds = now / 1000;
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(timestampSeconds),
      'webhook-signature': signWebhook({ id, timestampSeconds, body, secret }),
    };
    outcomes.push((await receiver.receive({ method: 'POST', headers, body: Buffer.from(body) })).outcome);
  }
  assert.deepEqual(outcomes, ['accepted', 'repeat', 'stale']);
  assert.deepEqual(sequences, [2]);
});

test('the stores load', async () => {
  for (const store of ['sqlite', 'postgres', 'redis']) {
    const { [`${store}Memory`]: create } = await import(`@doorbell/receiver/${store}`);
    assert.equal(typeof create({}).begin, 'function');
  }
});
