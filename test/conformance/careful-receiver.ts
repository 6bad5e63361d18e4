// What a careful developer writes by hand from the published contract, with nothing but Node: it shares no line with
// Doorbell. Its steps can be replaced one at a time, which is how the broken receivers are made of it.
import { createHash, timingSafeEqual } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export type Pairs = readonly (readonly [name: string, value: string])[];

/** Thrown by a step to answer something else than success. */
export class Refused extends Error {
  readonly state: number;

  constructor(state: number, reason: string) {
    super(reason);
    this.state = state;
  }
}

export interface Seen {
  readonly request: IncomingMessage;
  readonly body: Buffer;
}

/** The steps in the order in which they are taken. */
export interface Steps {
  readonly readBody: (request: IncomingMessage) => Promise<Buffer>;
  readonly checkRequest: (request: IncomingMessage) => void;
  readonly decode: (seen: Seen) => Pairs;
  /** Names to values; the place to notice a name that comes twice. */
  readonly collect: (pairs: Pairs) => ReadonlyMap<string, string>;
  readonly readHeader: (request: IncomingMessage, name: string) => string;
  readonly readTimestamp: (text: string) => number;
  readonly checkAge: (ageMs: number) => void;
  /** What is signed between key and timestamp. */
  readonly signedText: (fields: ReadonlyMap<string, string>, pairs: Pairs) => string | Buffer;
  readonly checkSign: (claimed: string, right: string) => void;
  readonly checkFields: (fields: ReadonlyMap<string, string>) => void;
  /** Whether this was handled before. */
  readonly isRepeat: (
    sign: string,
    fields: ReadonlyMap<string, string>,
    handled: Map<string, string>,
  ) => boolean;
  readonly render: (
    answer: { state: number; payload: string },
    response: ServerResponse,
    error?: unknown,
  ) => void;
}

const key = 'CdLvNRRQvy0xjORPNvuVaA';
const windowMs = 300_000;
const bodyBytesMax = 65_536;
export const states = [0, 9000, 10000, 20000, 30000, 40000, 45000, 50000, 51000, 52000];
export const lengths = { houseTaskId: 32, houseId: 64, packageId: 128, userId: 32 } as const;
export const required = ['state', ...Object.keys(lengths), 'userName'];
export const extras = ['CityId', 'city_id'];

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const decodePart = (raw: string): string => {
  const text = raw.replaceAll('+', ' ');
  if (/%(?![0-9a-f]{2})/i.test(text)) throw new Refused(500, 'malformed percent');
  const bytes = Buffer.from(
    text.replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw new Refused(500, 'not UTF-8');
  }
};

export const splitForm = (text: string, decodeOne: (raw: string) => string): Pairs =>
  text
    .split('&')
    .filter((segment) => segment !== '')
    .map((segment) => {
      const [name = '', ...rest] = segment.split('=');
      return [decodeOne(name), decodeOne(rest.join('='))];
    });

export const inOrder = (fields: ReadonlyMap<string, string>): readonly string[] =>
  [...fields.keys()].sort().map((name) => fields.get(name) ?? '');

const isForm = (type: string): boolean =>
  /^((application\/)?x-www-form-urlencoded)?\s*(;\s*charset\s*=\s*("utf-?8"|utf-?8)\s*)?$/i.test(type);

export const careful: Steps = {
  async readBody(request) {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of request) {
      bytes += chunk.length;
      // The rest is read and thrown away, so that the sender gets to read the answer.
      if (bytes <= bodyBytesMax) chunks.push(chunk);
    }
    if (bytes > bodyBytesMax) throw new Refused(500, 'too large');
    return Buffer.concat(chunks);
  },
  checkRequest(request) {
    if (request.method !== 'POST') throw new Refused(500, 'not a POST');
    if (!isForm(request.headers['content-type'] ?? '')) throw new Refused(500, 'not a form');
  },
  decode: ({ body }) => splitForm(body.toString('latin1'), decodePart),
  collect(pairs) {
    const fields = new Map(pairs);
    if (fields.size !== pairs.length) throw new Refused(500, 'a name occurs twice');
    return fields;
  },
  readHeader(request, name) {
    const [value, ...more] = request.headersDistinct[name] ?? [];
    if (value === undefined || value === '' || more.length > 0)
      throw new Refused(401, `${name} not there once`);
    return value;
  },
  readTimestamp(text) {
    if (!/^[1-9][0-9]{12}$/.test(text)) throw new Refused(401, 'timestamp');
    return Number(text);
  },
  checkAge(ageMs) {
    if (Math.abs(ageMs) > windowMs) throw new Refused(401, 'stale');
  },
  signedText: (fields) => inOrder(fields).join(''),
  checkSign(claimed, right) {
    if (!/^[0-9a-f]{32}$/i.test(claimed)) throw new Refused(401, 'sign');
    if (!timingSafeEqual(Buffer.from(claimed, 'hex'), Buffer.from(right, 'hex')))
      throw new Refused(401, 'sign');
  },
  checkFields(fields) {
    for (const name of required) if (!fields.has(name)) throw new Refused(500, `${name} is missing`);
    for (const [name, value] of fields) {
      if (![...required, ...extras].includes(name)) throw new Refused(500, `what is ${name}`);
      if ([...value].some((char) => char < ' ' || char === '\u007f'))
        throw new Refused(500, 'control character');
    }
    for (const [name, unitsMax] of Object.entries(lengths)) {
      const { length } = fields.get(name) ?? '';
      if (length === 0 || length > unitsMax) throw new Refused(500, `${name} has ${length} characters`);
    }
    if ((fields.get('userName') ?? '').length > 4096) throw new Refused(500, 'userName is too long');
    if (!states.map(String).includes(fields.get('state') ?? '')) throw new Refused(500, 'unknown state');
  },
  isRepeat(sign, fields, handled) {
    const content = JSON.stringify([...fields].sort());
    const known = handled.get(sign);
    if (known !== undefined && known !== content)
      throw new Refused(401, 'this sign was seen with other fields');
    handled.set(sign, content);
    return known !== undefined;
  },
  render({ state, payload }, response) {
    const body = JSON.stringify({ state, payload });
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(body);
  },
};

const md5 = (...parts: (string | Buffer)[]): string => {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

/** A request listener whose effects can be counted: GET /effects. */
export function createListener(changes: Partial<Steps> = {}, signKeys = [key]): RequestListener {
  const steps: Steps = { ...careful, ...changes };
  const handled = new Map<string, string>();
  let effects = 0;

  async function receive(request: IncomingMessage): Promise<void> {
    const body = await steps.readBody(request);
    steps.checkRequest(request);
    const pairs = steps.decode({ request, body });
    const fields = steps.collect(pairs);
    const timestamp = steps.readHeader(request, 'timestamp');
    const claimed = steps.readHeader(request, 'sign');
    steps.checkAge(Date.now() - steps.readTimestamp(timestamp));
    const text = steps.signedText(fields, pairs);
    checkAny(signKeys, (signKey) => steps.checkSign(claimed, md5(signKey, text, timestamp)));
    steps.checkFields(fields);
    if (!steps.isRepeat(claimed.toLowerCase(), fields, handled)) effects += 1;
  }

  return (request, response) => {
    if (request.url === '/effects') {
      response.end(JSON.stringify({ effects }));
      return;
    }
    receive(request).then(
      () => steps.render({ state: 200, payload: 'Success' }, response),
      (error: unknown) => {
        const state = error instanceof Refused ? error.state : 500;
        const payload = state === 401 ? 'authentication failed' : 'not understood';
        steps.render({ state, payload }, response, error);
      },
    );
  };
}

function checkAny(signKeys: readonly string[], check: (signKey: string) => void): void {
  const failures = signKeys.flatMap((signKey) => {
    try {
      check(signKey);
      return [];
    } catch (error) {
      return [error];
    }
  });
  if (failures.length === signKeys.length) throw failures[0];
}

/** Serves on a free port of 127.0.0.1. */
export async function serve(
  listener: RequestListener,
  prepare: (server: Server) => void = () => {},
): Promise<{ url: string; stop: () => Promise<void> }> {
  const server = createServer(listener);
  prepare(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
