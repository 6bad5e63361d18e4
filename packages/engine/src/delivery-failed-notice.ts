import { deliveryFailed, encodeForm, sign, toFields, type ValuesOf } from '@doorbell/contract';
import type { Notice, NoticeDraft, NoticeSettlement } from './attempt.ts';
import { interpret, type Reading } from './interpret.ts';
import type { Claim, Step } from './lane.ts';
import { notificationId } from './notification.ts';
import type { Clock, SignedRequest, Transport } from './ports.ts';

const responseCharsMax = 1_024;
/** The contract's limit is shorter than that of an endpoint's id. */
const configIdCharsMax = 32;
/** Contract, sibling callbacks: repeated three times on network errors. */
const repeatDelaysMs: readonly number[] = [30_000, 120_000, 600_000];

/** The notice that the contract knows for a notification that was given up, where the endpoint wants one. */
export function deliveryFailedNotice(claim: Claim, step: Step, reading: Reading): NoticeDraft | null {
  const { endpoint, change } = claim;
  const gaveUp = step.kind === 'park' || (step.kind === 'advance' && step.result === 3);
  if (!gaveUp || endpoint.deliveryFailedUrl === null) return null;

  const values: ValuesOf<typeof deliveryFailed> = {
    notifyId: notificationId(claim),
    notifyConfigId: endpoint.id.slice(0, configIdCharsMax),
    notifyType: 'TaskStateChange',
    notifyResult: 3,
    packageId: change.packageId,
    houseId: change.houseId,
    state: change.state,
  };
  const response = printable(reading.responseBody ?? reading.detail);
  return {
    endpointId: endpoint.id,
    url: endpoint.deliveryFailedUrl,
    fields: Object.fromEntries(toFields(deliveryFailed, response === '' ? values : { ...values, response })),
  };
}

/** What an endpoint answered is free text, and a form field is not: no control characters, nothing cut in half. */
function printable(text: string): string {
  return text
    .replace(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, responseCharsMax)
    .toWellFormed();
}

/** Posts one notice. Its answer is of no consequence; only a network error has it repeated. */
export async function deliverNotice(
  notice: Notice,
  { transport, clock }: { readonly transport: Transport; readonly clock: Clock },
  signal: AbortSignal,
): Promise<NoticeSettlement> {
  const reply = await transport.post(noticeRequest(notice, clock.now()), signal);
  const { id, epoch } = notice;
  const { detail } = interpret(reply);
  const delayMs = repeatDelaysMs[notice.attempt - 1];
  if (reply.kind === 'failure' && delayMs !== undefined) {
    return { id, epoch, step: { kind: 'retry', delayMs }, detail };
  }
  return { id, epoch, step: { kind: 'done' }, detail };
}

function noticeRequest(notice: Notice, now: number): SignedRequest {
  const fields = Object.entries(notice.fields);
  const timestamp = String(now);
  const { endpointId, url, signKey, connectTimeoutMs, totalTimeoutMs } = notice;
  const signature = signKey === null ? {} : { timestamp, sign: sign(fields, signKey, timestamp) };
  return {
    endpointId: `${endpointId}/delivery-failed`,
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...signature },
    body: encodeForm(fields),
    connectTimeoutMs,
    totalTimeoutMs,
    inFlightMax: 1,
  };
}
