import type { IncomingMessage } from 'node:http';

import { formLimits } from '@doorbell/contract';

import type { Answer } from '../answer.ts';
import type { Receiver } from '../create-receiver.ts';
import { receiveParsed } from '../parsed-body.ts';
import { readNodeBody } from './read-node-body.ts';

/** Where a framework leaves a body that it has read; what is not there is undefined. */
export interface LeftBody {
  /** The bytes or the text, before the parsed form: that is what is looked for first. */
  readonly raw: readonly unknown[];
  /** The parsed form, for the adapters of frameworks whose default it is. */
  readonly parsed?: unknown;
}

/** Reads the body from wherever it is and answers. Never rejects, and never waits for a body that is gone. */
export async function answerNodeRequest(
  receiver: Receiver,
  request: IncomingMessage,
  left: LeftBody,
): Promise<Answer> {
  const method = request.method ?? '';
  // As they came: Node's own header object drops some repeated ones.
  const headers = request.rawHeaders;
  const body = await readNodeBody(request);
  if (body === 'too-large') {
    return receiver.refuse('form-too-large', `more than ${formLimits.bodyBytesMax} bytes`);
  }
  if (body === 'aborted') {
    return receiver.refuse('body-aborted', 'the sender went away before the body was complete');
  }
  if (body !== 'consumed') return await receiver.receive({ method, headers, body });

  const raw = left.raw.map(toBytes).find((bytes) => bytes !== undefined);
  if (raw !== undefined) return receiver.receive({ method, headers, body: raw });
  return receiveParsed(receiver, { method, headers, parsed: left.parsed });
}

function toBytes(raw: unknown): Uint8Array | undefined {
  if (raw instanceof Uint8Array) return raw;
  return typeof raw === 'string' ? Buffer.from(raw, 'utf8') : undefined;
}
