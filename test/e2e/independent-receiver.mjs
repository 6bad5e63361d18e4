// A customer's endpoint that shares no line with Doorbell: node:http, node:crypto and URLSearchParams, written from the
// published contract. It records every notification it gets and judges each by itself.
//
//   node independent-receiver.mjs SIGN_KEY [ANSWER_AFTER_MS] [PORT]
//
// Prints {"url"} once it listens. POST / is the endpoint; GET /record returns all it has seen, in order of arrival.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const [signKey, answerAfterMs = '0', port = '0'] = process.argv.slice(2);
const record = [];

function judge(headers, body) {
  const fields = [...new URLSearchParams(body)];
  const names = fields.map(([name]) => name);
  if (new Set(names).size !== names.length) return 'a name twice';
  const values = fields.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
  const sign = createHash('md5')
    .update(signKey + values.join('') + headers.timestamp, 'utf8')
    .digest('hex');
  if (sign !== headers.sign) return 'sign does not match';
  if (Math.abs(Date.now() - Number(headers.timestamp)) > 300_000) return 'timestamp is off';
  if (names.sort().join() !== 'houseId,houseTaskId,packageId,state,userId,userName')
    return 'other fields than the six';
  return 'verified';
}

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.end(JSON.stringify(record));
    return;
  }
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString('utf8');
    const fields = Object.fromEntries(new URLSearchParams(body));
    const sequence = Number(request.headers['doorbell-sequence']);
    const verdict = judge(request.headers, body);
    record.push({
      houseTaskId: fields.houseTaskId,
      state: Number(fields.state),
      sequence,
      verdict,
      at: Date.now(),
    });
    setTimeout(() => {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify(
          verdict === 'verified' ? { state: 200, payload: 'Success' } : { state: 401, payload: verdict },
        ),
      );
    }, Number(answerAfterMs));
  });
});

server.listen(Number(port), '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${server.address().port}/` })}\n`);
});
// Dies with whoever started it.
process.stdin.resume().on('end', () => process.exit());
