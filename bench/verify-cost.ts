import { hash } from 'node:crypto';
import { parse } from 'node:querystring';
import { encodeForm, sign, taskStateChange, toFields } from '@doorbell/contract';
import { type ReceivedRequest, verifyRequest } from '@doorbell/receiver';
import { contend } from './contend.ts';
import { median } from './statistics.ts';
import { changeOf } from './workload.ts';

const key = 'CdLvNRRQvy0xjORPNvuVaA';
const options = { signKeys: key };
/** In the order in which the rule sorts them. */
const names = ['houseId', 'houseTaskId', 'packageId', 'state', 'userId', 'userName'] as const;

/** Both in one process, in turns of a thousand, so that a disturbance meets both; the median turn of each counts. */
async function compare({ count }: { readonly count: number }): Promise<Record<string, number>> {
  const requests = Array.from({ length: 1_000 }, (_, index) => receivedRequest(index));
  const verifyTurns: number[] = [];
  const bareTurns: number[] = [];
  for (let turn = 0; turn < count / requests.length; turn += 1) {
    verifyTurns.push(microsOf(requests, (request) => verifyRequest(request, options).ok));
    bareTurns.push(microsOf(requests, isSigned));
  }
  // The first tenth is warm-up.
  const warm = (turns: readonly number[]) => median(turns.slice(Math.ceil(turns.length / 10)));
  return { verifyMicros: warm(verifyTurns), bareMicros: warm(bareTurns) };
}

function microsOf(
  requests: readonly ReceivedRequest[],
  isGood: (request: ReceivedRequest) => boolean,
): number {
  const startedAt = performance.now();
  for (const request of requests) {
    if (!isGood(request)) throw new Error('a request does not verify');
  }
  return ((performance.now() - startedAt) * 1_000) / requests.length;
}

/** What a hurried customer would write: no check of anything but the sign. */
function isSigned({ headers, body }: ReceivedRequest): boolean {
  const form = parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
  const { timestamp, sign: claimed } = headers as Record<string, string>;
  const text = key + names.map((name) => form[name]).join('') + timestamp;
  return hash('md5', text) === claimed;
}

function receivedRequest(index: number): ReceivedRequest {
  const { state, houseTaskId, houseId, packageId, userId, userName } = changeOf(index, 100_000, 'task');
  const values = { state, houseTaskId, houseId, packageId, userId, userName };
  const fields = toFields(taskStateChange, values, { revision: 'seed', extra: {} });
  const body = encodeForm(fields);
  const timestamp = String(Date.now());
  return {
    method: 'POST',
    body: Buffer.from(body),
    headers: {
      host: '127.0.0.1:8080',
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(body.length),
      'webhook-id': `${houseTaskId}.1`,
      'doorbell-sequence': '1',
      'doorbell-attempt': '1',
      timestamp,
      sign: sign(fields, key, timestamp),
    },
  };
}

contend({ compare });
