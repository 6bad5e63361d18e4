import { isWebhookSecret } from '@doorbell/contract';
import { type AlertChannel, type AlertChannelDraft, alertKinds, type NetworkPolicy } from '@doorbell/engine';
import type { Static } from 'typebox';
import { invalidRequest, type ProblemFault } from './problem.ts';
import type { alertChannelBody } from './schemas/alert.ts';
import { fault } from './validate.ts';

/** The draft of a PUT, with its URL in normal form. Throws a problem that names every field the schema cannot judge. */
export function draftAlertChannel(
  id: string,
  { kind, url, secret, on, language, enabled }: Static<typeof alertChannelBody>,
  existing: AlertChannel | undefined,
  networkPolicy: NetworkPolicy,
): AlertChannelDraft {
  const faults: ProblemFault[] = [];
  // Another kind of channel has another URL and another secret.
  const before = existing?.kind === kind ? existing : undefined;
  if (url === undefined && before === undefined) {
    faults.push(fault('/url', 'field-missing', 'is required at creation, and for another kind'));
  }
  const check = url === undefined ? undefined : networkPolicy.checkUrl(url);
  if (check?.ok === false) {
    faults.push({ pointer: '/url', field: 'url', code: check.code, detail: check.detail });
  }
  const known = secret === undefined ? (before?.secret ?? null) : secret;
  if (kind === 'webhook' && (known === null || !isWebhookSecret(known))) {
    faults.push(fault('/secret', 'field-not-allowed', 'must be whsec_ and 24 to 64 bytes in base64'));
  }
  if (kind === 'wecom' && known !== null) {
    faults.push(fault('/secret', 'field-not-allowed', 'is not for wecom: its robots know no signature'));
  }
  if (faults.length > 0) throw invalidRequest(faults);
  return {
    id,
    kind,
    url: check?.ok === true ? check.url : undefined,
    secret: known,
    wants: on ?? existing?.wants ?? alertKinds,
    language: language ?? existing?.language ?? 'zh',
    enabled: enabled ?? existing?.enabled ?? true,
  };
}
