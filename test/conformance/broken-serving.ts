// Mistakes in serving HTTP and in meeting a notification again. Beside each, the cases that have to find it, and no others.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import type { Broken } from './broken-receivers.ts';
import { careful, Refused } from './careful-receiver.ts';

const bodies = new WeakMap<Socket, Buffer>();
let leftOver: Buffer = Buffer.alloc(0);
let shared: ReadonlyMap<string, string> = new Map();

const serving: readonly Broken[] = [
  {
    name: 'crashes on emoji',
    steps: {
      decode(seen) {
        const pairs = careful.decode(seen);
        if (pairs.some(([, value]) => /\p{Emoji_Presentation}/u.test(value))) seen.request.socket.destroy();
        return pairs;
      },
    },
    fails: ['text-emoji'],
  },
  {
    name: 'crashes on a bare percent sign',
    steps: {
      decode(seen) {
        if (/%(?![0-9a-f]{2})/i.test(seen.body.toString('latin1'))) seen.request.socket.destroy();
        return careful.decode(seen);
      },
    },
    fails: ['form-percent-at-end', 'form-percent-malformed', 'form-percent-u'],
  },
  {
    name: 'hangs on large bodies',
    timeoutMs: 2000,
    steps: {
      async readBody(request) {
        if (Number(request.headers['content-length']) > 16_384) await new Promise(() => {});
        return careful.readBody(request);
      },
    },
    fails: ['http-body-of-1-mb', 'http-body-over-64-kb', 'text-long-name'],
  },
  {
    name: 'refuses a body over 16 KB',
    steps: {
      async readBody(request) {
        const body = await careful.readBody(request);
        if (body.length > 16_384) throw new Refused(500, 'too large');
        return body;
      },
    },
    fails: ['text-long-name'],
  },
  {
    name: 'reads a body of any size',
    steps: {
      async readBody(request) {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk);
        return Buffer.concat(chunks);
      },
      checkFields: (fields) => careful.checkFields(new Map([...fields, ['userName', '']])),
    },
    fails: [
      'field-missing-userName',
      'field-too-long-userName',
      'form-control-delete',
      'form-control-newline',
      'form-control-nul',
      'http-body-of-1-mb',
      'http-body-over-64-kb',
    ],
  },
  {
    name: 'answers 404 to a charset',
    steps: {
      checkRequest(request) {
        if (/charset/i.test(request.headers['content-type'] ?? '')) throw new Refused(404, 'not found');
        careful.checkRequest(request);
      },
      render(answer, response) {
        if (answer.state === 404) response.writeHead(404).end('Not Found');
        else careful.render(answer, response);
      },
    },
    fails: ['type-charset-quoted', 'type-charset-upper-case', 'type-charset-utf-8', 'type-charset-utf8'],
  },
  {
    name: 'wants exactly one content type',
    steps: {
      checkRequest(request) {
        if (request.headers['content-type'] !== 'application/x-www-form-urlencoded')
          throw new Refused(500, 'type');
        careful.checkRequest(request);
      },
    },
    fails: [
      ...['absent', 'case', 'charset-quoted', 'charset-upper-case', 'charset-utf-8', 'charset-utf8', 'short'],
    ].map((id) => `type-${id}`),
  },
  {
    name: 'mixes the bodies of one connection',
    steps: {
      async readBody(request) {
        const before = bodies.get(request.socket) ?? Buffer.alloc(0);
        const body = Buffer.concat([before, await careful.readBody(request)]);
        bodies.set(request.socket, body);
        return body;
      },
    },
    fails: ['http-keep-alive', 'http-keep-alive-after-refusal'],
  },
  {
    name: 'keeps the fields of a request where others write theirs',
    steps: {
      collect: (pairs) => careful.collect(pairs),
      async readBody(request) {
        const body = await careful.readBody(request);
        shared = new Map([['body', body.toString('latin1')]]);
        for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
        return Buffer.from(shared.get('body') ?? '', 'latin1');
      },
    },
    fails: ['http-parallel', 'http-parallel-same-task'],
  },
  {
    name: 'reads one piece of a small body',
    steps: {
      async readBody(request) {
        if (Number(request.headers['content-length'] ?? 0) > 8192) return careful.readBody(request);
        const [chunk] = await new Promise<[Buffer]>((resolve) => {
          request.once('data', (...piece: [Buffer]) => resolve(piece));
          request.once('end', () => resolve([Buffer.alloc(0)]));
        });
        request.resume();
        return chunk;
      },
    },
    fails: ['http-chunked', 'http-slow-body'],
  },
  {
    name: 'takes a GET',
    steps: {
      checkRequest(request) {
        if (request.method !== 'GET') careful.checkRequest(request);
      },
      decode: (seen) =>
        seen.request.method === 'GET'
          ? [...new URL(seen.request.url ?? '/', 'http://x').searchParams]
          : careful.decode(seen),
    },
    fails: ['request-get'],
  },
  {
    name: 'takes a PUT',
    steps: {
      checkRequest(request) {
        if (request.method !== 'PUT') careful.checkRequest(request);
      },
    },
    fails: ['request-put'],
  },
  {
    name: 'refuses headers that it does not know',
    steps: {
      checkRequest(request) {
        careful.checkRequest(request);
        if (request.headers.traceparent !== undefined) throw new Refused(500, 'what is traceparent');
      },
    },
    fails: ['http-more-headers'],
  },
  {
    name: 'refuses HTTP/1.0',
    steps: {
      checkRequest(request) {
        careful.checkRequest(request);
        if (request.httpVersion === '1.0') throw new Refused(500, 'old');
      },
    },
    fails: ['http-1.0'],
  },
  {
    name: 'answers 417 to Expect',
    steps: {},
    onServer: (server) =>
      server.on('checkContinue', (_request: IncomingMessage, response: ServerResponse) =>
        response.writeHead(417).end(),
      ),
    fails: ['http-100-continue'],
  },
  {
    name: 'takes what a socket gives first for the whole head',
    steps: {},
    onServer: (server) =>
      server.on('connection', (socket) => {
        socket.once('data', (chunk: Buffer) => {
          if (!chunk.includes('\r\n\r\n')) socket.destroy();
        });
      }),
    fails: ['http-slow-head'],
  },
  {
    name: 'glues what an abandoned request left to the next one',
    steps: {
      async readBody(request) {
        const chunks = [leftOver];
        leftOver = Buffer.alloc(0);
        try {
          for await (const chunk of request) chunks.push(chunk);
        } catch {
          leftOver = Buffer.concat(chunks);
        }
        const body = Buffer.concat(chunks);
        if (body.length > 65_536) throw new Refused(500, 'too large');
        return body;
      },
    },
    fails: ['http-abandoned'],
  },
];

const repeating: readonly Broken[] = [
  {
    name: 'runs repeats again',
    steps: { isRepeat: () => false },
    fails: ['forge-known-sign', 'repeat-in-parallel-runs-once', 'repeat-runs-once'],
  },
  {
    name: 'refuses repeats',
    steps: {
      isRepeat(sign, fields, handled) {
        if (careful.isRepeat(sign, fields, handled)) throw new Refused(403, 'seen before');
        return false;
      },
    },
    fails: ['repeat-answered', 'repeat-in-parallel'],
  },
  {
    name: 'takes task and state for the identity of a change',
    steps: {
      isRepeat(sign, fields, handled) {
        const key = `${fields.get('houseTaskId')} ${fields.get('state')}`;
        const known = handled.has(key);
        handled.set(key, '');
        return careful.isRepeat(sign, fields, handled) || known;
      },
    },
    fails: ['repeat-of-state-runs-again'],
  },
  {
    name: 'fails where task and state are known',
    steps: {
      isRepeat(sign, fields, handled) {
        if (careful.isRepeat(sign, fields, handled)) return true;
        const key = `${fields.get('houseTaskId')} ${fields.get('state')}`;
        if (handled.has(key)) throw new Error('duplicate key');
        handled.set(key, '');
        return false;
      },
    },
    fails: ['repeat-signed-anew', 'state-recurs'],
  },
  {
    name: 'insists on the order of the diagram',
    steps: {
      isRepeat(sign, fields, handled) {
        const task = fields.get('houseTaskId') ?? '';
        if (handled.get(task) === '50000' && fields.get('state') === '9000') throw new Error('no such step');
        handled.set(task, fields.get('state') ?? '');
        return careful.isRepeat(sign, fields, handled);
      },
    },
    fails: ['state-outside-diagram'],
  },
  {
    name: 'acts before it verifies',
    actsFirst: true,
    steps: {},
    fails: ['repeat-in-parallel-runs-once', 'repeat-refused-has-no-effect', 'repeat-runs-once'],
  },
];

export const brokenServing: readonly Broken[] = [...serving, ...repeating];
