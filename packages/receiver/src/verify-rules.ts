import {
  checkValues,
  isWebhookSecret,
  type NotificationType,
  type Revision,
  taskStateChange,
} from '@doorbell/contract';

import { listReadableFields, type ReadableField } from './second-reading.ts';
import { systemNow } from './system-clock.ts';
import type { IdName, SignaturePolicy, VerifyOptions } from './verify-options.ts';

/** Options that make sense, made ready once for every request. */
export interface VerifyRules {
  readonly signKeys: readonly string[];
  readonly webhookSecrets: readonly string[];
  readonly policy: SignaturePolicy;
  readonly type: typeof taskStateChange;
  readonly revision: Revision;
  readonly extra: readonly string[];
  readonly readable: readonly ReadableField[];
  readonly toleranceMs: number;
  readonly allowUnsigned: boolean;
  readonly now: () => number;
}

const TOLERANCE_MS = 300_000;

/** Where nothing was added to the contract. Those who verify without a receiver ask for it with every request. */
const bareFields: ReadonlyMap<Revision, readonly ReadableField[]> = new Map(
  (['seed', '2021-05'] as const).map((revision) => [
    revision,
    listReadableFields(taskStateChange, revision, []),
  ]),
);

/** Throws RangeError for options that could never verify anything, or that nobody can have meant. */
export function getVerifyRules(options: VerifyOptions): VerifyRules {
  const signKeys = listTexts(options.signKeys);
  const webhookSecrets = listTexts(options.webhookSecrets ?? []);
  const policy = options.policy ?? (webhookSecrets.length > 0 ? 'prefer-hmac' : 'md5');
  const allowUnsigned = options.allowUnsigned ?? false;
  checkKeys(signKeys);
  checkPolicy(policy, signKeys, webhookSecrets, allowUnsigned);

  const toleranceMs = options.toleranceMs ?? TOLERANCE_MS;
  if (!(Number.isSafeInteger(toleranceMs) && toleranceMs >= 0)) {
    throw new RangeError('toleranceMs must be a whole number of milliseconds, 0 or more');
  }
  const extra = options.extra ?? [];
  if (extra.length > 0) checkExtra(extra);
  const type = withPatterns(options.idPatterns ?? {});
  const revision = options.revision ?? 'seed';
  const isBare = type === taskStateChange && extra.length === 0;
  const readable =
    (isBare ? bareFields.get(revision) : undefined) ?? listReadableFields(type, revision, extra);
  const now = options.now ?? systemNow;
  return {
    signKeys,
    webhookSecrets,
    policy,
    type,
    revision,
    extra,
    readable,
    toleranceMs,
    allowUnsigned,
    now,
  };
}

function listTexts(given: string | readonly string[]): readonly string[] {
  return typeof given === 'string' ? [given] : [...given];
}

function checkKeys(signKeys: readonly string[]): void {
  if (signKeys.some((key) => typeof key !== 'string' || key === '')) {
    throw new RangeError('a sign key must be a text that is not empty');
  }
  // No separator follows the key either: text signed with the longer would verify with the shorter, its rest in front.
  const isPrefix = (key: string) => signKeys.some((other) => other !== key && other.startsWith(key));
  if (signKeys.some(isPrefix)) throw new RangeError('a sign key must not be the beginning of another');
}

function checkPolicy(
  policy: SignaturePolicy,
  signKeys: readonly string[],
  webhookSecrets: readonly string[],
  allowUnsigned: boolean,
): void {
  if (policy !== 'md5' && policy !== 'prefer-hmac' && policy !== 'require-hmac') {
    throw new RangeError('policy must be md5, prefer-hmac or require-hmac');
  }
  if (!webhookSecrets.every((secret) => typeof secret === 'string' && isWebhookSecret(secret))) {
    throw new RangeError('a webhook secret must be "whsec_" and the base64 of 24 to 64 bytes');
  }
  if (policy !== 'md5' && webhookSecrets.length === 0) {
    throw new RangeError(`policy ${policy} needs webhookSecrets`);
  }
  if (policy === 'require-hmac') {
    if (allowUnsigned) throw new RangeError('require-hmac and allowUnsigned contradict each other');
  } else if (signKeys.length === 0 && !allowUnsigned) {
    // A customer without an agreed key is told so by allowUnsigned; then there is no key to name.
    throw new RangeError('signKeys must name a key');
  }
}

function checkExtra(names: readonly string[]): void {
  const extra = Object.fromEntries(names.map((name) => [name, '']));
  const bad = checkValues(taskStateChange, {}, { extra }).find(({ code }) => code.startsWith('extra-name'));
  if (bad !== undefined) throw new RangeError(`extra: ${bad.detail}`);
}

const idNames: ReadonlySet<string> = new Set<IdName>(['houseTaskId', 'houseId', 'packageId', 'userId']);

function withPatterns(patterns: Readonly<Partial<Record<IdName, RegExp>>>): typeof taskStateChange {
  const given = Object.entries(patterns).filter(([, pattern]) => pattern !== undefined);
  if (given.length === 0) return taskStateChange;
  const { fields } = taskStateChange;
  const changed: Record<string, NotificationType['fields'][string]> = { ...fields };
  for (const [name, pattern] of given) {
    if (!idNames.has(name)) throw new RangeError(`idPatterns: ${name} is not an id of the notification`);
    if (!(pattern instanceof RegExp)) throw new RangeError(`idPatterns: ${name} must be a RegExp`);
    changed[name] = { ...fields[name as IdName], pattern: anchored(pattern) };
  }
  return { name: taskStateChange.name, fields: changed as typeof fields };
}

/** A pattern that matched a part only would let the moved text stand; g and y would make it remember where it was. */
function anchored(pattern: RegExp): RegExp {
  return new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gmy]/g, ''));
}
