import { createHash } from 'node:crypto';

export const KEY = 'CdLvNRRQvy0xjORPNvuVaA';
export const NOW = 1_532_059_200_000;

export interface TestRequest {
  method: string;
  headers: [string, string][];
  body: Uint8Array;
}

export const seedFields: Record<string, string> = {
  state: '50000',
  houseTaskId: 'task-1',
  houseId: 'house-a',
  packageId: 'package-a',
  userId: 'user-a',
  userName: '张三 Lee',
};

/** The rule as the contract words it, written here once more so that the tests do not lean on our own `sign`. */
export function signature(fields: Record<string, string>, timestamp: string, key: string = KEY): string {
  const names = Object.keys(fields).sort();
  return createHash('md5')
    .update(key + names.map((name) => fields[name]).join('') + timestamp, 'utf8')
    .digest('hex');
}

export function form(fields: Record<string, string>): string {
  return new URLSearchParams(fields).toString();
}

export function unsignedRequest(
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): TestRequest {
  const all = { 'content-type': 'application/x-www-form-urlencoded', ...headers };
  return { method: 'POST', headers: Object.entries(all), body: Buffer.from(body) };
}

/** A request as a true platform would sign it; `headers` replace or add, `body` replaces what is sent but not what is signed. */
export function signedRequest(
  fields: Record<string, string> = seedFields,
  options: {
    key?: string;
    timestamp?: number;
    headers?: Record<string, string>;
    body?: string | Uint8Array;
  } = {},
): TestRequest {
  const timestamp = String(options.timestamp ?? NOW);
  return unsignedRequest(options.body ?? form(fields), {
    timestamp,
    sign: signature(fields, timestamp, options.key ?? KEY),
    ...options.headers,
  });
}
