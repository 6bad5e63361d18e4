import { request as httpRequest, type IncomingMessage } from 'node:http';

import type { TestRequest } from './signed-request.ts';

export interface TestAnswer {
  status: number;
  contentType: string | null;
  body: string;
}

/** Over a real socket, to /doorbell on 127.0.0.1. */
export function post(port: number, { method, headers, body }: TestRequest): Promise<TestAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, method, path: '/doorbell', agent: false });
    for (const name of new Set(headers.map(([name]) => name))) {
      request.setHeader(
        name,
        headers.filter(([other]) => other === name).map(([, value]) => value),
      );
    }
    request.setHeader('content-length', body.byteLength);
    request.on('error', reject);
    request.on('response', (response) => readAnswer(response).then(resolve, reject));
    request.end(body);
  });
}

export async function readAnswer(response: IncomingMessage): Promise<TestAnswer> {
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  return { status: response.statusCode ?? 0, contentType: response.headers['content-type'] ?? null, body };
}
