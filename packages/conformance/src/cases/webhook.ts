import { delivers, refuses } from '../case-shapes.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import type { Probe } from '../probe.ts';
import { formOf, type Signing } from '../signed-request.ts';
import type { Pairs } from '../wire-request.ts';

interface Webhook {
  readonly id: string;
  readonly why: string;
  readonly sends: string;
  readonly hint: string;
  readonly sign: (fields: Pairs, probe: Probe) => Signing;
}

const findLack = ({ settings }: Probe): string | null =>
  settings.webhookSecret === null ? 'the run was given no webhook secret' : null;

const verifyAll =
  'Compute HMAC-SHA256 over webhook-id.webhook-timestamp.body, byte by byte, with the secret decoded from base64, and compare in constant time; then check the window of webhook-timestamp (seconds) and that webhook-id belongs to houseTaskId.';

const otherSecret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

// That both signatures are right is the plain delivery of a run with a secret.
const accepted: readonly Webhook[] = [
  {
    id: 'webhook-several-signatures',
    why: 'While secrets are exchanged the header holds several signatures; one that fits is enough.',
    sends: 'a wrong v1 signature and the right one',
    hint: 'Split the header at spaces and try each v1 signature.',
    sign: () => ({ webhook: { spell: (right) => `v1,${Buffer.alloc(32).toString('base64')} ${right}` } }),
  },
  {
    id: 'webhook-other-version',
    why: 'Versions that a receiver does not know are ignored, so that new ones can come.',
    sends: 'a v2 signature and the right v1 one',
    hint: 'Skip what does not start with "v1,".',
    sign: () => ({ webhook: { spell: (right) => `v2,abcd ${right}` } }),
  },
];

const refused: readonly Webhook[] = [
  {
    id: 'webhook-absent',
    why: 'Once the HMAC is agreed on, a notification without it is one from which it was taken.',
    sends: 'the MD5 sign alone, right',
    hint: "Require the HMAC (policy 'require-hmac') as soon as every notification has come with one for a while.",
    sign: () => ({ webhook: 'none' }),
  },
  {
    id: 'webhook-wrong-secret',
    why: 'Only the agreed secret signs for the platform; a right MD5 sign does not make up for it.',
    sends: 'the right MD5 sign and an HMAC under another secret',
    hint: verifyAll,
    sign: () => ({ webhook: { secret: otherSecret } }),
  },
  {
    id: 'webhook-malformed',
    why: 'A header without any v1 signature verifies nothing.',
    sends: 'the right MD5 sign and webhook-signature: v1,',
    hint: verifyAll,
    sign: () => ({ webhook: { spell: () => 'v1,' } }),
  },
  {
    id: 'webhook-body-changed',
    why: 'The HMAC covers every byte of the body: text moved between fields no longer goes unnoticed.',
    sends: 'a forgery that the MD5 sign verifies, under the HMAC of the true body',
    hint: verifyAll,
    sign: (fields) => ({
      signed: fields,
      body: formOf(
        fields.map(([name, value]) => {
          if (name === 'state') return [name, '0'];
          return [name, name === 'packageId' ? `${value}5000` : value];
        }),
      ),
      webhook: { bodySigned: formOf(fields) },
    }),
  },
  {
    id: 'webhook-id-of-another-task',
    why: 'webhook-id names the task; one that names another task was put together from two notifications.',
    sends: 'both signatures right, but webhook-id of another task',
    hint: 'Compare the part of webhook-id before the last dot, percent-decoded, with houseTaskId.',
    sign: (_fields, probe) => ({ webhook: { id: `${probe.newIds().houseTaskId}.1` } }),
  },
  {
    id: 'webhook-stale',
    why: 'webhook-timestamp has a window of its own; else an old HMAC lives on under a new MD5.',
    sends: 'a fresh timestamp and a webhook-timestamp of an hour ago, both signatures right',
    hint: 'Refuse a webhook-timestamp (seconds) more than 5 minutes from your clock.',
    sign: (_fields, probe) => ({ webhook: { timestampSeconds: Math.floor(probe.nowMs() / 1000) - 3600 } }),
  },
];

export const webhookCases: readonly ConformanceCase[] = [
  ...accepted.map(({ sign, ...sketch }) =>
    delivers({ ...sketch, level: 'hardened', findLack }, (probe) => {
      const fields = probe.fields();
      return probe.sign(fields, sign(fields, probe));
    }),
  ),
  ...refused.map(({ sign, ...sketch }) =>
    refuses({ ...sketch, level: 'hardened', findLack }, (probe) => {
      const fields = probe.fields();
      return probe.sign(fields, sign(fields, probe));
    }),
  ),
];
