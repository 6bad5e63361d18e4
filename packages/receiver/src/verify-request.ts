import {
  decodeForm,
  type Fault,
  type FormFields,
  findTaskState,
  formLimits,
  fromFields,
  type ReasonCode,
} from '@doorbell/contract';

import { type Authenticity, authenticate } from './authenticate.ts';
import { findContentTypeFault } from './content-type.ts';
import type { Proven } from './memory-entry.ts';
import { findSequence, readHints } from './notification-headers.ts';
import { quote } from './quote.ts';
import type { ReceivedChange } from './received-change.ts';
import { collectHeaders, type HeaderValues, type ReceivedHeaders } from './received-headers.ts';
import { notUnderstood, type Refusal, unauthenticated } from './refusal.ts';
import { canMoveOne, hasSecondReading } from './second-reading.ts';
import type { VerifyOptions } from './verify-options.ts';
import { getVerifyRules, type VerifyRules } from './verify-rules.ts';

/** A request as it arrived: the body's own bytes, decoded by nobody. */
export interface ReceivedRequest {
  readonly method: string;
  readonly headers: ReceivedHeaders;
  readonly body: Uint8Array;
}

export type Verified =
  | { readonly ok: true; readonly change: ReceivedChange }
  | { readonly ok: false; readonly refusal: Refusal };

type Read =
  | { readonly ok: true; readonly change: ReceivedChange; readonly proven: Proven }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * Verifies and reads one request without answering it, or remembering that it came. Throws RangeError for options
 * that make no sense.
 */
export function verifyRequest(request: ReceivedRequest, options: VerifyOptions): Verified {
  const read = readRequest(request, getVerifyRules(options));
  return read.ok ? { ok: true, change: read.change } : read;
}

/**
 * Checks one request and reads it. The signature is checked before the fields, so that "signed with our key,
 * but not as agreed" is told apart from "not signed with our key"; both are refused.
 */
export function readRequest(request: ReceivedRequest, rules: VerifyRules): Read {
  const headers = collectHeaders(request.headers);
  const shapeFault = findShapeFault(request, headers);
  if (shapeFault !== undefined) return refused(notUnderstood(shapeFault));

  // Strict decoding comes before the signature: a length extension needs bytes that are not UTF-8,
  // a shifted boundary often a repeated name.
  const form = decodeForm(request.body);
  if (!form.ok) return refused(notUnderstood(firstOf(form.faults)));

  const now = rules.now();
  const { fields } = form;
  const proof = authenticate({ headers, body: request.body, fields, now }, rules);
  if ('code' in proof) return refused(unauthenticated(proof));

  const read = fromFields(rules.type, fields, { revision: rules.revision, extra: rules.extra });
  if (!read.ok) return refused(notUnderstood(firstOf(read.faults)));

  const { houseTaskId } = read.values;
  const hints = readHints(headers);
  const sequence = proof.webhookId === null ? hints.sequence : findSequence(proof.webhookId, houseTaskId);
  if (sequence === undefined) {
    const detail = `${quote(proof.webhookId ?? '')} is not a change of task ${quote(houseTaskId)}`;
    return refused(notUnderstood(fault('webhook-id-mismatch', 'webhook-id', detail)));
  }
  const webhookId = proof.webhookId ?? hints.webhookId;
  const { attempt } = hints;
  const change = changeOf(read, proof, { webhookId, sequence, attempt });
  if (proof.verifiedBy === 'md5') judgeAmbiguity(change, fields, rules);
  return { ok: true, change, proven: { proof, fields, houseTaskId, sequence, now } };
}

type FieldsRead = Extract<ReturnType<typeof fromFields<VerifyRules['type']>>, { ok: true }>;

function changeOf(
  { values, extra }: FieldsRead,
  { timestamp, verifiedBy, keyIndex }: Authenticity,
  { webhookId, sequence, attempt }: ReturnType<typeof readHints>,
): Judged {
  const { state, houseTaskId, houseId, packageId, userId, userName } = values;
  return {
    state,
    stateName: findTaskState(state)?.key ?? String(state),
    houseTaskId,
    houseId,
    packageId,
    userId: userId ?? null,
    userName: userName ?? null,
    extra,
    timestamp,
    signed: verifiedBy !== null,
    verifiedBy,
    ambiguous: false,
    keyIndex,
    webhookId,
    sequence,
    attempt,
  };
}

type Judged = { -readonly [Name in keyof ReceivedChange]: ReceivedChange[Name] };

/** A search costs more than the verification, and most handlers never ask, so it waits until one does. */
function judgeAmbiguity(change: Judged, fields: FormFields, { readable }: VerifyRules): void {
  if (canMoveOne(readable, fields)) {
    change.ambiguous = true;
    return;
  }
  let found: boolean | undefined;
  Object.defineProperty(change, 'ambiguous', {
    enumerable: true,
    configurable: true,
    get: () => {
      const names = [...fields.keys()].sort();
      found ??= hasSecondReading(readable, names.map((name) => fields.get(name)).join(''));
      return found;
    },
  });
}

function findShapeFault(request: ReceivedRequest, headers: HeaderValues): Fault | undefined {
  if (request.method !== 'POST') {
    return fault('method-not-post', null, `expected POST, got ${quote(request.method)}`);
  }
  if (request.body.byteLength > formLimits.bodyBytesMax) {
    return fault('form-too-large', null, `more than ${formLimits.bodyBytesMax} bytes`);
  }
  return findContentTypeFault(headers.get('content-type'));
}

function fault(code: ReasonCode, field: string | null, detail: string): Fault {
  return { code, field, detail };
}

function firstOf(faults: readonly Fault[]): Fault {
  const [first] = faults;
  if (first === undefined) throw new TypeError('refused without a fault');
  return first;
}

function refused(refusal: Refusal): { ok: false; refusal: Refusal } {
  return { ok: false, refusal };
}
