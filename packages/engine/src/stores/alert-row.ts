import {
  type Alert,
  type AlertFilter,
  type AlertFinding,
  type AlertKind,
  type AlertThresholds,
  alertThresholdDefaults,
} from '../alert.ts';
import type { AlertChannel, AlertChannelDraft, AlertMessage } from '../alert-channel.ts';
import { InvalidCursor, type Page } from '../notification.ts';
import type { EpochMs } from '../ports.ts';
import type { Vault } from '../vault.ts';

// Rows of alerts and channels, alike in both databases but for how each writes true.

export interface AlertRow {
  readonly id: number;
  readonly kind: AlertKind;
  readonly endpoint_id: string;
  readonly customer_id: string;
  /** JSON. */
  readonly detail: string;
  readonly raised_at: number;
  readonly cleared_at: number | null;
  readonly acknowledged_at: number | null;
  readonly acknowledged_by: string | null;
}

export function alertOf(row: AlertRow): Alert {
  const finding = { kind: row.kind, detail: JSON.parse(row.detail) } as AlertFinding;
  return {
    id: row.id,
    ...finding,
    endpointId: row.endpoint_id,
    customerId: row.customer_id,
    raisedAt: row.raised_at,
    clearedAt: row.cleared_at,
    acknowledgedAt: row.acknowledged_at,
    acknowledgedBy: row.acknowledged_by,
  };
}

/** In the order of the parameters that list statements take after the place. */
export function alertFilterValues({ state, kind, endpointId, customerId }: AlertFilter): (string | null)[] {
  return [state ?? null, kind ?? null, endpointId ?? null, customerId ?? null];
}

/** Below which id a page begins. Throws `InvalidCursor`. */
export function alertCursor(cursor: string | undefined): number {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER;
  if (!/^\d{1,15}$/.test(cursor)) throw new InvalidCursor();
  return Number(cursor);
}

/** `rows` are one more than fit, when there are more. */
export function alertPage(rows: readonly AlertRow[], limit: number): Page<Alert> {
  const items = rows.slice(0, limit).map(alertOf);
  return { items, next: rows.length > limit ? String(items.at(-1)?.id) : null };
}

export interface AlertChannelRow {
  readonly id: string;
  readonly kind: AlertChannel['kind'];
  readonly url: string;
  readonly secret: string | null;
  /** Separated by spaces. */
  readonly wants: string;
  readonly language: AlertChannel['language'];
  readonly enabled: boolean | 0 | 1;
  readonly last_sent_at: number | null;
  readonly last_failed_at: number | null;
  readonly last_failure: string | null;
  readonly created_at: number;
  readonly updated_at: number;
  readonly epoch: number;
}

/** Throws `VaultError` for what was sealed with another master key. */
export function alertChannelOf(row: AlertChannelRow, vault: Vault): AlertChannel {
  return {
    id: row.id,
    kind: row.kind,
    url: vault.open(row.url, slotOf(row.id, 'url')),
    secret: row.secret === null ? null : vault.open(row.secret, slotOf(row.id, 'secret')),
    wants: row.wants.split(' ').filter((kind) => kind !== '') as AlertKind[],
    language: row.language,
    enabled: Boolean(row.enabled),
    lastSentAt: row.last_sent_at,
    lastFailedAt: row.last_failed_at,
    lastFailure: row.last_failure,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function sealedChannel(
  { id, url, secret }: Pick<AlertChannel, 'id' | 'url' | 'secret'>,
  vault: Vault,
): Pick<AlertChannelRow, 'url' | 'secret'> {
  return {
    url: vault.seal(url, slotOf(id, 'url')),
    secret: secret === null ? null : vault.seal(secret, slotOf(id, 'secret')),
  };
}

/** An endpoint may have the same id: the slot keeps their sealed texts apart. */
function slotOf(channelId: string, name: 'url' | 'secret'): string {
  return `${channelId}/alert-channel-${name}`;
}

/** Throws RangeError for a new channel without a URL. */
export function draftedChannel(
  draft: AlertChannelDraft,
  before: AlertChannel | undefined,
  now: EpochMs,
): AlertChannel {
  const url = draft.url ?? before?.url;
  if (url === undefined) throw new RangeError('A new channel needs a URL.');
  return {
    id: draft.id,
    kind: draft.kind,
    url,
    secret: draft.secret === undefined ? (before?.secret ?? null) : draft.secret,
    wants: draft.wants,
    language: draft.language,
    enabled: draft.enabled,
    lastSentAt: before?.lastSentAt ?? null,
    lastFailedAt: before?.lastFailedAt ?? null,
    lastFailure: before?.lastFailure ?? null,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
}

/** A message with the columns of its alert. */
export interface AlertMessageRow extends AlertRow {
  readonly message_id: number;
  readonly event: AlertMessage['event'];
  readonly attempt: number;
  readonly queued_at: number;
}

/** As it is claimed, which counts as a try. */
export function claimedMessageOf(row: AlertMessageRow): AlertMessage {
  const { message_id: id, event, attempt, queued_at: queuedAt } = row;
  return { id, event, attempt: attempt + 1, queuedAt, alert: alertOf(row) };
}

export interface AlertThresholdRow {
  readonly backlog_age_ms: number;
  readonly refusals_min: number;
  readonly refusals_share: number;
  readonly refusals_window_ms: number;
}

export function alertThresholdsOf(row: AlertThresholdRow | undefined): AlertThresholds {
  if (row === undefined) return alertThresholdDefaults;
  return {
    backlogAgeMs: row.backlog_age_ms,
    refusalsMin: row.refusals_min,
    refusalsShare: row.refusals_share,
    refusalsWindowMs: row.refusals_window_ms,
  };
}

export function alertThresholdValues(thresholds: AlertThresholds): number[] {
  const { backlogAgeMs, refusalsMin, refusalsShare, refusalsWindowMs } = thresholds;
  return [backlogAgeMs, refusalsMin, refusalsShare, refusalsWindowMs];
}
