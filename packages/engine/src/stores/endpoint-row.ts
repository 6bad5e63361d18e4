import type { BreakerState } from '../breaker.ts';
import type { Endpoint, Pause, PauseReason } from '../endpoint.ts';
import type { EpochMs } from '../ports.ts';
import type { Vault } from '../vault.ts';

/** An endpoint as stored: `heldMs` counts up to `heldSince`, from where on it is being held; null when it is not. */
export interface StoredEndpoint extends Endpoint {
  readonly heldSince: EpochMs | null;
}

export interface EndpointRow {
  readonly id: string;
  readonly customer_id: string;
  readonly url: string;
  readonly sign_key: string | null;
  readonly previous_sign_key: string | null;
  readonly previous_sign_key_until: number | null;
  readonly webhook_secret: string | null;
  readonly revision: Endpoint['revision'];
  readonly coalesce_policy: Endpoint['coalesce'];
  readonly on_give_up: Endpoint['onGiveUp'];
  readonly in_flight_max: number;
  readonly connect_timeout_ms: number;
  readonly total_timeout_ms: number;
  readonly retry_horizon_ms: number;
  readonly delivery_failed_url: string | null;
  readonly paused_at: number | null;
  readonly pause_reason: PauseReason | null;
  readonly pause_detail: string | null;
  readonly breaker_failures: number;
  readonly breaker_opened_at: number | null;
  readonly breaker_probe_at: number | null;
  readonly breaker_ramp: number | null;
  readonly held_ms: number;
  readonly held_since: number | null;
  readonly created_at: number;
  readonly updated_at: number;
}

export const endpointColumns: readonly (keyof EndpointRow)[] = [
  'id',
  'customer_id',
  'url',
  'sign_key',
  'previous_sign_key',
  'previous_sign_key_until',
  'webhook_secret',
  'revision',
  'coalesce_policy',
  'on_give_up',
  'in_flight_max',
  'connect_timeout_ms',
  'total_timeout_ms',
  'retry_horizon_ms',
  'delivery_failed_url',
  'paused_at',
  'pause_reason',
  'pause_detail',
  'breaker_failures',
  'breaker_opened_at',
  'breaker_probe_at',
  'breaker_ramp',
  'held_ms',
  'held_since',
  'created_at',
  'updated_at',
];

/** The endpoint as others see it, with the time held up to now. */
export function endpointAt(stored: StoredEndpoint, now: EpochMs): Endpoint {
  const { heldSince, ...endpoint } = stored;
  return heldSince === null ? endpoint : { ...endpoint, heldMs: endpoint.heldMs + now - heldSince };
}

/** Starts or stops counting the time held, in step with pause and breaker. */
export function accountForHold(endpoint: StoredEndpoint, now: EpochMs): StoredEndpoint {
  const held = endpoint.pause !== null || endpoint.breaker.openedAt !== null;
  if (held === (endpoint.heldSince !== null)) return endpoint;
  if (endpoint.heldSince === null) return { ...endpoint, heldSince: now };
  return { ...endpoint, heldMs: endpoint.heldMs + now - endpoint.heldSince, heldSince: null };
}

/** Throws `VaultError` for keys that were sealed with another master key. */
export function endpointOf(row: EndpointRow, vault: Vault): StoredEndpoint {
  const open = (sealed: string | null, slot: string): string | null =>
    sealed === null ? null : vault.open(sealed, `${row.id}/${slot}`);
  return {
    id: row.id,
    customerId: row.customer_id,
    url: row.url,
    signKey: open(row.sign_key, 'sign-key'),
    previousSignKey: open(row.previous_sign_key, 'previous-sign-key'),
    previousSignKeyUntil: row.previous_sign_key_until,
    webhookSecret: open(row.webhook_secret, 'webhook-secret'),
    revision: row.revision,
    coalesce: row.coalesce_policy,
    onGiveUp: row.on_give_up,
    inFlightMax: row.in_flight_max,
    connectTimeoutMs: row.connect_timeout_ms,
    totalTimeoutMs: row.total_timeout_ms,
    retryHorizonMs: row.retry_horizon_ms,
    deliveryFailedUrl: row.delivery_failed_url,
    pause: pauseOf(row),
    breaker: breakerOf(row),
    heldMs: row.held_ms,
    heldSince: row.held_since,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function pauseOf(row: EndpointRow): Pause | null {
  if (row.paused_at === null || row.pause_reason === null) return null;
  return { at: row.paused_at, reason: row.pause_reason, detail: row.pause_detail ?? '' };
}

function breakerOf(row: EndpointRow): BreakerState {
  return {
    failures: row.breaker_failures,
    openedAt: row.breaker_opened_at,
    probeAt: row.breaker_probe_at,
    ramp: row.breaker_ramp,
  };
}

export function rowOf(endpoint: StoredEndpoint, vault: Vault): EndpointRow {
  const seal = (plain: string | null, slot: string): string | null =>
    plain === null ? null : vault.seal(plain, `${endpoint.id}/${slot}`);
  return {
    id: endpoint.id,
    customer_id: endpoint.customerId,
    url: endpoint.url,
    sign_key: seal(endpoint.signKey, 'sign-key'),
    previous_sign_key: seal(endpoint.previousSignKey, 'previous-sign-key'),
    previous_sign_key_until: endpoint.previousSignKeyUntil,
    webhook_secret: seal(endpoint.webhookSecret, 'webhook-secret'),
    revision: endpoint.revision,
    coalesce_policy: endpoint.coalesce,
    on_give_up: endpoint.onGiveUp,
    in_flight_max: endpoint.inFlightMax,
    connect_timeout_ms: endpoint.connectTimeoutMs,
    total_timeout_ms: endpoint.totalTimeoutMs,
    retry_horizon_ms: endpoint.retryHorizonMs,
    delivery_failed_url: endpoint.deliveryFailedUrl,
    paused_at: endpoint.pause?.at ?? null,
    pause_reason: endpoint.pause?.reason ?? null,
    pause_detail: endpoint.pause?.detail ?? null,
    breaker_failures: endpoint.breaker.failures,
    breaker_opened_at: endpoint.breaker.openedAt,
    breaker_probe_at: endpoint.breaker.probeAt,
    breaker_ramp: endpoint.breaker.ramp,
    held_ms: endpoint.heldMs,
    held_since: endpoint.heldSince,
    created_at: endpoint.createdAt,
    updated_at: endpoint.updatedAt,
  };
}
