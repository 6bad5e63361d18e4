import { hasControlCharacter } from './control-character.ts';
import { type JsonFault, jsonDepthMax, scanJsonObject } from './json-scanner.ts';
import { quote } from './quote.ts';
import type { Fault, ReasonCode } from './reason-codes.ts';

/** What an endpoint answers. The envelope decides, not the HTTP status alone. */
export interface Envelope {
  readonly state: number;
  readonly payload: string;
}

/** Writes `{"state":200,"payload":"Success"}`. Throws RangeError unless the state is a 32-bit integer. */
export function renderEnvelope(envelope: Envelope): string {
  if ((envelope.state | 0) !== envelope.state) {
    throw new RangeError(`The state ${envelope.state} is not a 32-bit integer.`);
  }
  return JSON.stringify({ state: envelope.state, payload: envelope.payload });
}

type Parsed = { ok: true; envelope: Envelope } | { ok: false; fault: Fault };

/**
 * Reads a response body, strictly in what decides and tolerantly in the rest: state must be written as a JSON
 * integer of 32 bits, no key may come twice; payload may be absent or null, further keys and one byte order mark
 * are ignored. Never throws.
 */
export function parseEnvelope(body: Uint8Array | string): Parsed {
  const decoded = typeof body === 'string' ? body : decodeUtf8(body);
  if (decoded === undefined || !decoded.isWellFormed()) {
    return refused('envelope-invalid-utf8', null, 'The response has bytes that are not UTF-8.');
  }
  const text = decoded.startsWith('\ufeff') ? decoded.slice(1) : decoded;
  return readCanonical(text) ?? readAny(text);
}

function refused(code: ReasonCode, field: string | null, detail: string): Parsed {
  return { ok: false, fault: { code, field, detail } };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

const canonical = /^\{"state":(0|-?[1-9][0-9]{0,8}),"payload":"([^"\\]*)"\}$/;

/** The shape `renderEnvelope` writes, without escapes. It is what nearly every good answer looks like. */
function readCanonical(text: string): Parsed | undefined {
  const match = canonical.exec(text);
  const [, state, payload] = match ?? [];
  if (state === undefined || payload === undefined || hasControlCharacter(payload)) return undefined;
  return { ok: true, envelope: { state: Number(state), payload } };
}

const jsonFaults: Readonly<Record<JsonFault, readonly [ReasonCode, string]>> = {
  'not-json': ['envelope-not-json', 'The response is not JSON'],
  'too-deep': ['envelope-too-deep', `The response nests deeper than ${jsonDepthMax} levels`],
  'not-object': ['envelope-not-object', 'The response is JSON, but not an object'],
  'duplicate-key': ['envelope-duplicate-key', 'The response has a key twice'],
};

const integer = /^(?:0|-?[1-9][0-9]{0,9})$/;

function readAny(text: string): Parsed {
  if (/^[ \t\r\n]*$/.test(text)) {
    return refused('envelope-empty', null, 'The response has no body.');
  }
  const members = scanJsonObject(text);
  if (typeof members === 'string') {
    const [code, detail] = jsonFaults[members];
    return refused(code, null, `${detail}: ${quote(text)}.`);
  }
  const state = members.get('state');
  if (state === undefined) {
    return refused('envelope-state-missing', 'state', `The response has no state: ${quote(text)}.`);
  }
  if (!integer.test(state) || (Number(state) | 0) !== Number(state)) {
    return refused('envelope-state-not-integer', 'state', `The state is ${quote(state)}.`);
  }
  const payload = members.get('payload') ?? 'null';
  if (payload !== 'null' && !payload.startsWith('"')) {
    return refused('envelope-payload-not-string', 'payload', `The payload is ${quote(payload)}.`);
  }
  return {
    ok: true,
    envelope: { state: Number(state), payload: payload === 'null' ? '' : (JSON.parse(payload) as string) },
  };
}
