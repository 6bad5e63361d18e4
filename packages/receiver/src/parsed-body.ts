import type { Answer } from './answer.ts';
import { findContentTypeFault } from './content-type.ts';
import type { Receiver } from './create-receiver.ts';
import { quote } from './quote.ts';
import { collectHeaders, type ReceivedHeaders } from './received-headers.ts';

/** A request whose body a parser in front has already taken apart. */
export interface ParsedRequest {
  readonly method: string;
  readonly headers: ReceivedHeaders;
  /** What the parser made of the body: an object of texts. */
  readonly parsed: unknown;
}

/**
 * For adapters behind a body parser: writes the form anew and receives that. Sound, because decoded values are what the
 * sign covers, and an HMAC over other bytes does not verify. What a parser drops without a trace (`__proto__`, an empty
 * name) goes unnoticed, but unused too: what is left is what was signed. Anything but an object of texts is refused as
 * `body-consumed`.
 */
export async function receiveParsed(receiver: Receiver, request: ParsedRequest): Promise<Answer> {
  const { method, headers, parsed } = request;
  const fault = findContentTypeFault(collectHeaders(headers).get('content-type'));
  if (fault !== undefined) return receiver.refuse(fault.code, fault.detail);

  const written = writeForm(parsed);
  if (!written.ok) return receiver.refuse('body-consumed', written.detail);
  return receiver.receive({ method, headers, body: Buffer.from(written.form) });
}

type Written = { readonly ok: true; readonly form: string } | { readonly ok: false; readonly detail: string };

function writeForm(parsed: unknown): Written {
  if (typeof parsed !== 'object' || parsed === null) {
    return { ok: false, detail: 'put this handler before whatever reads the body' };
  }
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(parsed)) {
    // A list is a repeated name; written as one, it is refused as one.
    for (const text of Array.isArray(value) && value.length > 1 ? value : [value]) {
      if (typeof text !== 'string') {
        return { ok: false, detail: `the parser in front made ${quote(name)} something else than text` };
      }
      pairs.push(`${encode(name)}=${encode(text)}`);
    }
  }
  return { ok: true, form: pairs.join('&') };
}

/** Byte for byte what `encodeForm` writes, but never throws: what is wrong with a value is for the receiver to say. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/[!'()~]|%20/g, (found) =>
    found === '%20' ? '+' : `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
