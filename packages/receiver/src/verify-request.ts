import {
  decodeForm,
  type Fault,
  type FormFields,
  findTaskState,
  formLimits,
  fromFields,
  parseTimestamp,
  type ReasonCode,
  taskStateChange,
  verify,
} from '@doorbell/contract';

import { findContentTypeFault } from './content-type.ts';
import { quote } from './quote.ts';
import type { ReceivedChange } from './received-change.ts';
import { collectHeaders, type HeaderValues, type ReceivedHeaders } from './received-headers.ts';
import { notUnderstood, type Refusal, unauthenticated } from './refusal.ts';
import { systemNow } from './system-clock.ts';
import { readUnsignedHints } from './unsigned-hints.ts';
import { checkOptions, listKeys, TOLERANCE_MS, type VerifyOptions } from './verify-options.ts';

/** A request as it arrived: the body's own bytes, decoded by nobody. */
export interface ReceivedRequest {
  readonly method: string;
  readonly headers: ReceivedHeaders;
  readonly body: Uint8Array;
}

export type Verified =
  | { readonly ok: true; readonly change: ReceivedChange }
  | { readonly ok: false; readonly refusal: Refusal };

type Authenticity = Pick<ReceivedChange, 'timestamp' | 'signed' | 'keyIndex'>;

/** Verifies and reads one request without answering it. Throws RangeError for options that make no sense. */
export function verifyRequest(request: ReceivedRequest, options: VerifyOptions): Verified {
  checkOptions(options);
  return readRequest(request, options);
}

/**
 * Checks one request and reads it. The signature is checked before the fields, so that "signed with our key,
 * but not as agreed" is told apart from "not signed with our key"; both are refused.
 */
export function readRequest(request: ReceivedRequest, options: VerifyOptions): Verified {
  const headers = collectHeaders(request.headers);
  const shapeFault = findShapeFault(request, headers);
  if (shapeFault !== undefined) return refused(notUnderstood(shapeFault));

  // Strict decoding comes before the signature: a length extension needs bytes that are not UTF-8,
  // a shifted boundary often a repeated name.
  const form = decodeForm(request.body);
  if (!form.ok) return refused(notUnderstood(firstOf(form.faults)));

  const authentic = authenticate(headers, form.fields, options);
  if ('code' in authentic) return refused(unauthenticated(authentic));

  const read = fromFields(taskStateChange, form.fields, {
    revision: options.revision ?? 'seed',
    extra: options.extra ?? [],
  });
  if (!read.ok) return refused(notUnderstood(firstOf(read.faults)));

  const { state, houseTaskId, houseId, packageId, userId, userName } = read.values;
  return {
    ok: true,
    change: {
      state,
      stateName: findTaskState(state)?.key ?? String(state),
      houseTaskId,
      houseId,
      packageId,
      userId: userId ?? null,
      userName: userName ?? null,
      extra: read.extra,
      ...authentic,
      ...readUnsignedHints(headers),
    },
  };
}

function findShapeFault(request: ReceivedRequest, headers: HeaderValues): Fault | undefined {
  if (request.method !== 'POST') {
    return fault('method-not-post', null, `expected POST, got ${quote(request.method)}`);
  }
  if (request.body.byteLength > formLimits.bodyBytesMax) {
    return fault('form-too-large', null, `more than ${formLimits.bodyBytesMax} bytes`);
  }
  return findContentTypeFault(headers.get('content-type') ?? []);
}

function authenticate(
  headers: HeaderValues,
  fields: FormFields,
  options: VerifyOptions,
): Authenticity | Fault {
  const timestamps = headers.get('timestamp') ?? [];
  const signs = headers.get('sign') ?? [];
  if (timestamps.length > 1) return fault('header-repeated', 'timestamp', 'timestamp came more than once');
  if (signs.length > 1) return fault('header-repeated', 'sign', 'sign came more than once');
  const [timestamp = ''] = timestamps;
  const [sign = ''] = signs;

  // A timestamp that nobody signed tells nothing, so without a sign it is not read.
  if (sign === '' && options.allowUnsigned === true) {
    return { timestamp: null, signed: false, keyIndex: null };
  }
  if (sign === '') return fault('sign-missing', 'sign', 'no sign header');
  if (timestamp === '') return fault('timestamp-missing', 'timestamp', 'no timestamp header');

  const at = parseTimestamp(timestamp);
  if (!at.ok) return fault(at.code, 'timestamp', at.detail);
  const windowFault = findWindowFault(at.epochMs, options);
  if (windowFault !== undefined) return windowFault;

  const keys = listKeys(options);
  if (keys.length === 0) return fault('sign-mismatch', 'sign', 'this receiver was given no key');
  const verified = verify({ fields, timestamp, sign, keys });
  if (!verified.ok) return fault(verified.code, 'sign', verified.detail);
  return { timestamp: at.epochMs, signed: true, keyIndex: verified.keyIndex };
}

function findWindowFault(epochMs: number, options: VerifyOptions): Fault | undefined {
  const toleranceMs = options.toleranceMs ?? TOLERANCE_MS;
  const ageMs = (options.now ?? systemNow)() - epochMs;
  // Written so that a clock that answers NaN refuses.
  if (ageMs >= -toleranceMs && ageMs <= toleranceMs) return undefined;
  return ageMs < 0
    ? fault('timestamp-future', 'timestamp', `${-ageMs} ms ahead of this clock, ${toleranceMs} allowed`)
    : fault('timestamp-stale', 'timestamp', `${ageMs} ms behind this clock, ${toleranceMs} allowed`);
}

function fault(code: ReasonCode, field: string | null, detail: string): Fault {
  return { code, field, detail };
}

function firstOf(faults: readonly Fault[]): Fault {
  const [first] = faults;
  if (first === undefined) throw new TypeError('refused without a fault');
  return first;
}

function refused(refusal: Refusal): Verified {
  return { ok: false, refusal };
}
