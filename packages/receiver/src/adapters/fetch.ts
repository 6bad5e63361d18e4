import { formLimits } from '@doorbell/contract';

import type { Answer } from '../answer.ts';
import type { Receiver } from '../create-receiver.ts';

/** For whatever speaks the Fetch API: Hono, Next route handlers, Bun, Deno. */
export function fetchHandler(receiver: Receiver): (request: Request) => Promise<Response> {
  return async (request) => {
    const { status, headers, body } = await answer(receiver, request);
    return new Response(body, { status, headers });
  };
}

async function answer(receiver: Receiver, request: Request): Promise<Answer> {
  if (request.bodyUsed || request.body?.locked === true) {
    return receiver.refuse('body-consumed', 'put this handler before whatever reads the body');
  }
  const read = await readBody(request);
  if (read === 'too-large') {
    return receiver.refuse('form-too-large', `more than ${formLimits.bodyBytesMax} bytes`);
  }
  if (read === 'aborted') return receiver.refuse('body-aborted', 'the body ended before it was complete');
  return receiver.receive({ method: request.method, headers: request.headers, body: read });
}

async function readBody(request: Request): Promise<Uint8Array | 'too-large' | 'aborted'> {
  const body = new Uint8Array(formLimits.bodyBytesMax);
  let length = 0;
  try {
    for await (const chunk of request.body ?? []) {
      // Leaving the loop cancels the stream, so no more than the limit is ever held.
      if (length + chunk.byteLength > body.byteLength) return 'too-large';
      body.set(chunk, length);
      length += chunk.byteLength;
    }
  } catch {
    return 'aborted';
  }
  return body.subarray(0, length);
}
