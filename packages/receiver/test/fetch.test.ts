import { fetchHandler } from '@doorbell/receiver/fetch';
import { expect, it } from 'vitest';

import { recordingReceiver } from './recording-receiver.ts';
import { signedRequest } from './signed-request.ts';

const URL = 'http://receiver.test/doorbell';

function streaming(body: ReadableStream<Uint8Array>): Request {
  return new Request(URL, {
    method: 'POST',
    headers: signedRequest().headers,
    body,
    duplex: 'half',
  } as RequestInit);
}

it('a body that was read before is refused by name at once', async () => {
  const { receiver, refusals } = recordingReceiver();
  const { method, headers, body } = signedRequest();
  const request = new Request(URL, { method, headers, body: new Uint8Array(body) });
  await request.formData();
  const response = await fetchHandler(receiver)(request);
  expect(await response.json()).toEqual({ state: 500, payload: 'body-consumed' });
  expect(refusals.map(({ code }) => code)).toEqual(['body-consumed']);
});

it('a body that someone else is reading is refused the same way', async () => {
  const { receiver, refusals } = recordingReceiver();
  const { method, headers, body } = signedRequest();
  const request = new Request(URL, { method, headers, body: new Uint8Array(body) });
  request.body?.getReader();
  await fetchHandler(receiver)(request);
  expect(refusals.map(({ code }) => code)).toEqual(['body-consumed']);
});

it('a body without end is read no further than the limit, and let go of', async () => {
  const { receiver } = recordingReceiver();
  let pulledBytes = 0;
  let cancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulledBytes += 1000;
      controller.enqueue(new Uint8Array(1000));
    },
    cancel() {
      cancelled = true;
    },
  });
  const response = await fetchHandler(receiver)(streaming(endless));
  expect(response.status).toBe(413);
  expect(pulledBytes).toBeLessThan(70_000);
  expect(cancelled).toBe(true);
});

it('a body that breaks off is not handled', async () => {
  const { receiver, changes, refusals } = recordingReceiver();
  const broken = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.error(new Error('connection reset'));
    },
  });
  const response = await fetchHandler(receiver)(streaming(broken));
  expect(await response.json()).toEqual({ state: 500, payload: 'body-aborted' });
  expect(refusals.map(({ code }) => code)).toEqual(['body-aborted']);
  expect(changes).toEqual([]);
});
