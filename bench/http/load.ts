import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { contend } from '../contend.ts';
import { buildRequests, type RequestKind } from './requests.ts';

export interface LoadTask {
  readonly url: string;
  readonly requests: RequestKind;
  readonly callers: number;
  readonly count: number;
  /** Makes the requests different from those of another load. */
  readonly series: string;
  /** What every answer must hold; its status must be 2xx. */
  readonly expect: string;
}

/**
 * Callers that each wait for an answer before they ask again. Written on plain sockets, with requests built beforehand,
 * because an HTTP client needs as much CPU as the servers that are to be measured, and would be measured instead.
 */
async function load(task: LoadTask): Promise<{ readonly perSecond: number }> {
  const url = new URL(task.url);
  const requests = buildRequests(task.requests, url, task.count, task.series);
  const sockets = Array.from({ length: task.callers }, () => connect(Number(url.port), url.hostname));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  const startedAt = performance.now();
  await askAll(sockets, requests, task.expect);
  const seconds = (performance.now() - startedAt) / 1_000;
  for (const socket of sockets) socket.destroy();
  return { perSecond: task.count / seconds };
}

function askAll(sockets: readonly Socket[], requests: readonly Buffer[], expect: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let next = 0;
    let answered = 0;
    for (const socket of sockets) {
      const askNext = (): void => {
        const request = requests[next];
        next += 1;
        if (request !== undefined) socket.write(request);
      };
      const answers = new AnswerReader(expect, () => {
        answered += 1;
        if (answered === requests.length) resolve();
        else askNext();
      });
      socket.setNoDelay();
      socket.on('data', (chunk: Buffer) => {
        try {
          answers.read(chunk);
        } catch (error) {
          reject(error);
        }
      });
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the server closed a connection')));
      askNext();
    }
  });
}

/** One answer at a time, with a Content-Length: all that the servers of this bench send. */
class AnswerReader {
  readonly #expect: string;
  readonly #onAnswer: () => void;
  #unread: Buffer = Buffer.alloc(0);

  constructor(expect: string, onAnswer: () => void) {
    this.#expect = expect;
    this.#onAnswer = onAnswer;
  }

  read(chunk: Buffer): void {
    this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    const headEnd = this.#unread.indexOf('\r\n\r\n');
    if (headEnd === -1) return;
    const head = this.#unread.toString('latin1', 0, headEnd);
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    if (length === undefined) throw new Error(`an answer without a length: ${head}`);
    if (this.#unread.length < headEnd + 4 + Number(length)) return;
    const isExpected = head.startsWith('HTTP/1.1 2') && this.#unread.includes(this.#expect, headEnd);
    if (!isExpected)
      throw new Error(`not the answer that was expected: ${this.#unread.toString().slice(0, 500)}`);
    this.#unread = Buffer.alloc(0);
    this.#onAnswer();
  }
}

contend({ load });
