import { deliver, type Reply, type SignedRequest } from '@doorbell/engine';
import { systemClock } from '@doorbell/engine/system';
import { Client, type Dispatcher } from 'undici';
import { contend } from './contend.ts';
import type { DrainFigures } from './drain-figures.ts';
import { changeOf, endpointOf } from './workload.ts';

/**
 * The limit of a Node sender: `undici.dispatch` posts the same bytes and parses the same answer with nothing behind it.
 * One client for each connection, because a pool would first have to look for a free one.
 */
export interface RawTask {
  readonly sinkUrl: string;
  readonly connections: number;
  readonly warmUp: number;
  readonly notifications: number;
  readonly tasks: number;
}

interface BuiltRequest {
  readonly path: string;
  readonly headers: string[];
  readonly body: string;
}

async function drain(task: RawTask): Promise<DrainFigures> {
  const requests = await buildRequests(task);
  const clients = Array.from({ length: task.connections }, () => new Client(task.sinkUrl, { pipelining: 1 }));
  await postAll(clients, requests.slice(0, task.warmUp));

  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await postAll(clients, requests.slice(task.warmUp));
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  await Promise.all(clients.map((client) => client.close()));
  return { perSecond: task.notifications / seconds, cpuMicros: (user + system) / task.notifications };
}

/** The very requests that Doorbell sends, caught before they leave. */
async function buildRequests({ sinkUrl, warmUp, notifications, tasks }: RawTask): Promise<BuiltRequest[]> {
  const built: BuiltRequest[] = [];
  const catching = {
    transport: { post: (request: SignedRequest) => Promise.resolve(caught(built, request)) },
    clock: systemClock,
    random: Math.random,
  };
  for (let index = 0; index < warmUp + notifications; index += 1) {
    const change = changeOf(index, tasks, 'raw');
    const claim = {
      laneId: index,
      sequence: 1,
      epoch: 1,
      attempt: 1,
      isResend: false,
      firstTryAt: 0,
      heldMs: 0,
      endpoint: endpointOf(change.customerId, sinkUrl),
      change: { ...change, sequence: 1, transition: 'first' as const, createdAt: 0 },
    };
    await deliver(claim, systemClock.monotonicMs() + 45_000, catching, new AbortController().signal);
  }
  return built;
}

function caught(built: BuiltRequest[], request: SignedRequest): Reply {
  const headers = ['user-agent', 'Doorbell/0.1.0', 'accept-encoding', 'identity'];
  for (const [name, value] of Object.entries(request.headers)) headers.push(name, value);
  built.push({ path: new URL(request.url).pathname, headers, body: request.body });
  return { kind: 'failure', reason: 'aborted', detail: 'caught', uncertain: false, remoteAddress: null };
}

/** Each client posts the next request as soon as it has read the answer to its last. */
function postAll(clients: readonly Client[], requests: readonly BuiltRequest[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let next = 0;
    let done = 0;
    for (const client of clients) {
      const chunks: Buffer[] = [];
      const postNext = (): void => {
        const request = requests[next];
        next += 1;
        if (request !== undefined) client.dispatch({ method: 'POST', ...request }, handler);
      };
      const handler: Dispatcher.DispatchHandler = {
        onRequestStart() {
          chunks.length = 0;
        },
        onResponseStart() {},
        onResponseData(_controller, chunk) {
          chunks.push(chunk);
        },
        onResponseEnd() {
          if (!isAccepted(chunks)) reject(new Error('the sink did not accept a request'));
          done += 1;
          if (done === requests.length) resolve();
          else postNext();
        },
        onResponseError(_controller, error) {
          reject(error);
        },
      };
      postNext();
    }
  });
}

function isAccepted(chunks: readonly Buffer[]): boolean {
  const [first] = chunks;
  const body = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
  return (JSON.parse(body.toString()) as { state: number }).state === 200;
}

contend({ drain });
