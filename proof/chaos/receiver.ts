// The customers' side of the chaos run. It shares no line with Doorbell: node:http, node:crypto and URLSearchParams,
// written from the published contract. Each endpoint is a server of its own, so that one can go away by itself.
//
//   node receiver.ts '{"seed":1,"signKey":"...","endpoints":8,"lies":false,"slowOf1000":10}'
//
// Prints {"ports":[...]}, then a line for each arrival and a line for its end, numbered in the order in which they
// happened. Reads commands: {"away":{"endpoint":3,"ms":4000}} closes an endpoint's port for a while.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createInterface } from 'node:readline';

interface Settings {
  readonly seed: number;
  readonly signKey: string;
  readonly endpoints: number;
  /** For a test of the proof itself: this receiver then tells three things that did not happen. */
  readonly lies: boolean;
  /** How many of 1,000 arrivals are answered late. */
  readonly slowOf1000: number;
}

type Manner = 'prompt' | 'slow' | 'http-500' | 'envelope-500' | 'drop-reply' | 'cut-reply' | 'reset';

const refusedOf1000 = 20;
const faultyArrivalsMax = 2;
const tookMsMax = 15;
const slowMs = 1_200;

const settings = JSON.parse(process.argv[2] ?? '{}') as Settings;
/** Out of 1,000. The third arrival of a notification and all later ones are answered at once. */
const chances: readonly (readonly [Manner, number])[] = [
  ['drop-reply', 20],
  ['cut-reply', 10],
  ['reset', 10],
  ['http-500', 10],
  ['envelope-500', 10],
  ['slow', settings.slowOf1000],
];
const seen = new Map<string, number>();
let order = 0;
let arrived = 0;

/** Uniform in [0, 1000), the same in every run with this seed. */
function roll(...of: readonly unknown[]): number {
  const digest = createHash('sha256')
    .update([settings.seed, ...of].join('/'))
    .digest();
  return digest.readUInt32BE() % 1_000;
}

function tell(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

function mannerOf(notification: string, arrivals: number): Manner {
  if (arrivals > faultyArrivalsMax) return 'prompt';
  let rolled = roll(notification, arrivals);
  for (const [manner, chance] of chances) {
    if (rolled < chance) return manner;
    rolled -= chance;
  }
  return 'prompt';
}

/** `verified`, or the first thing that is wrong. */
function check(headers: IncomingMessage['headers'], body: string): string {
  const fields = [...new URLSearchParams(body)];
  const names = fields.map(([name]) => name);
  if (new Set(names).size !== names.length) return 'a field comes twice';
  const values = fields.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
  const signed = settings.signKey + values.join('') + headers.timestamp;
  if (createHash('md5').update(signed, 'utf8').digest('hex') !== headers.sign)
    return 'the sign does not match';
  if (names.sort().join() !== 'houseId,houseTaskId,packageId,state,userId,userName')
    return 'not the six fields';
  return 'verified';
}

interface Arriving {
  readonly id: number;
  readonly manner: Manner;
  readonly refuses: boolean;
  readonly told: object;
}

function arrive(endpoint: number, { headers }: IncomingMessage): Arriving {
  const [task = '', sequence = ''] = String(headers['webhook-id']).split('.');
  const notification = `e${endpoint}/${decodeURIComponent(task)}/${sequence}`;
  const arrivals = (seen.get(notification) ?? 0) + 1;
  seen.set(notification, arrivals);
  arrived += 1;
  const told = {
    order: nextOrder(),
    at: Date.now(),
    endpointId: `e${endpoint}`,
    houseTaskId: decodeURIComponent(task),
    sequence: Number(sequence),
    attempt: Number(headers['doorbell-attempt']),
    timestamp: headers.timestamp === undefined ? null : Number(headers.timestamp),
  };
  const refuses = roll(notification, 'refused') < refusedOf1000;
  return { id: arrived, manner: mannerOf(notification, arrivals), refuses, told };
}

function nextOrder(): number {
  order += 1;
  return order;
}

function receive(endpoint: number, request: IncomingMessage, response: ServerResponse): void {
  const arriving = arrive(endpoint, request);
  const { id, manner } = arriving;
  const socket = request.socket;
  if (manner === 'reset') {
    tell({ arrived: { id, manner, ...arriving.told, contents: null } });
    socket.resetAndDestroy();
    end(id, 'retry', false);
    return;
  }
  const chunks: Buffer[] = [];
  let isRead = false;
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    isRead = true;
    const body = Buffer.concat(chunks).toString('utf8');
    const fields = new URLSearchParams(body);
    const verdict = check(request.headers, body);
    const contents = { event: fields.get('userName') ?? '', state: Number(fields.get('state')), verdict };
    tell({ arrived: { id, manner, ...arriving.told, contents } });
    const tookMs = manner === 'slow' ? slowMs : (roll(id, 'took') * tookMsMax) / 1_000;
    setTimeout(() => answer(arriving, verdict, response, socket), tookMs);
  });
  // The sender broke off before all of its request was here.
  request.on('close', () => {
    if (isRead) return;
    tell({ arrived: { id, manner, ...arriving.told, contents: null } });
    end(id, 'retry', false);
  });
}

function answer(arriving: Arriving, verdict: string, response: ServerResponse, socket: Socket): void {
  const { id, manner, refuses } = arriving;
  const isFault = manner === 'http-500' || manner === 'envelope-500' || verdict !== 'verified';
  const meant = isFault ? 'retry' : refuses ? 'refused' : 'accepted';
  if (manner === 'drop-reply' || socket.destroyed) {
    socket.destroy();
    end(id, meant, false);
    return;
  }
  const state = isFault ? 500 : refuses ? 403 : 200;
  const text = JSON.stringify({ state, payload: state === 200 ? 'Success' : 'as the dice fell' });
  response.writeHead(manner === 'http-500' ? 500 : 200, {
    'content-type': 'application/json',
    'content-length': text.length,
  });
  if (manner === 'cut-reply') {
    response.write(text.slice(0, text.length / 2), () => socket.destroy());
    end(id, meant, false);
    return;
  }
  let isOver = false;
  const finish = (isComplete: boolean): void => {
    if (isOver) return;
    isOver = true;
    if (settings.lies && isComplete && meant === 'accepted' && lie(arriving)) return;
    end(id, meant, isComplete);
  };
  response.on('finish', () => finish(true));
  response.on('close', () => finish(false));
  response.end(text);
}

function end(id: number, meant: string, isComplete: boolean): void {
  tell({ ended: { id, order: nextOrder(), at: Date.now(), answer: meant, isComplete } });
}

const liesToTell = ['that it was asked for again', 'that it came twice', 'that it was answered last of all'];

/** About three accepted second changes of a task. Returns whether that was all that is to be told of its end. */
function lie({ id, told }: Arriving): boolean {
  if (!('sequence' in told) || told.sequence !== 2) return false;
  const what = liesToTell.pop();
  if (what === 'that it was asked for again') {
    end(id, 'retry', true);
    return true;
  }
  if (what === 'that it was answered last of all') {
    const last = { order: Number.MAX_SAFE_INTEGER, at: Date.now(), answer: 'accepted', isComplete: true };
    tell({ ended: { id, ...last } });
    return true;
  }
  if (what === 'that it came twice') {
    end(id, 'accepted', true);
    arrived += 1;
    const again = { ...told, order: nextOrder(), at: Date.now(), contents: null };
    tell({ arrived: { id: arrived, manner: 'prompt', ...again } });
    end(arrived, 'accepted', true);
    return true;
  }
  return false;
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
}

const servers: Server[] = [];
for (let endpoint = 1; endpoint <= settings.endpoints; endpoint += 1) {
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) =>
    receive(endpoint, request, response),
  );
  await listen(server, 0);
  servers.push(server);
}
const ports = servers.map((server) => (server.address() as AddressInfo).port);
tell({ ports });

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { away } = JSON.parse(line) as { away: { endpoint: number; ms: number } };
    const server = servers[away.endpoint - 1];
    const port = ports[away.endpoint - 1];
    if (server === undefined || port === undefined || !server.listening) return;
    server.close();
    server.closeAllConnections();
    setTimeout(() => void listen(server, port), away.ms);
  })
  // Ends with whoever started it.
  .on('close', () => process.exit());
