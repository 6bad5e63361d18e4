import { hash, timingSafeEqual } from 'node:crypto';
import type { ApiKey, Clock, EpochMs, StoreAccess } from '@doorbell/engine';
import { expandScopes, type Principal } from './principal.ts';
import { Problem, tooManyRequests } from './problem.ts';

const keyFormat = /^dbk_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;
/** How long a key that was revoked may still open the door. */
const cacheMs = 1_000;
const cachedMax = 1_000;
/** With one key, in the second for which its row is remembered. A batch is one request. */
export const requestsPerSecondMax = 20_000;
/** Uses within this time of a noted one are not noted: one write a minute, however busy the key is. */
const usesNotedEveryMs = 60_000;

interface Cached {
  readonly hash: Buffer;
  /** The key itself, once its hash was found good: to compare it takes a fifth of the time. Forgotten with the row. */
  proven: Buffer | undefined;
  readonly principal: Principal;
  readonly untilMs: number;
  requests: number;
}

export interface MintedApiKey {
  /** `dbk_<id>_<secret>`: to be shown once; only its hash is stored. */
  readonly key: string;
  readonly record: ApiKey;
}

/** A new bearer key with 256 bits of secret; `record` goes to `StoreAdmin.putApiKey`. */
export function mintApiKey(
  { name, scopes }: Pick<ApiKey, 'name' | 'scopes'>,
  now: EpochMs,
  randomBytes: (length: number) => Uint8Array,
): MintedApiKey {
  const id = Buffer.from(randomBytes(6)).toString('hex');
  const key = `dbk_${id}_${Buffer.from(randomBytes(32)).toString('base64url')}`;
  const hash = sha256(key).toString('hex');
  return { key, record: { id, name, hash, scopes, createdAt: now, lastUsedAt: null, revokedAt: null } };
}

type KeyStore = Pick<StoreAccess, 'findApiKey' | 'touchApiKey'>;
type Answer = (problem: Problem | null, principal?: Principal) => void;

/** Tells who bears the key in an Authorization header. Nearly every request finds its key in memory, and waits for nothing. */
export class KeyDoor {
  readonly #store: KeyStore;
  readonly #clock: Clock;
  readonly #cache = new Map<string, Cached>();

  constructor(store: KeyStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  open(authorization: string | undefined, answer: Answer): void {
    if (authorization === undefined) {
      answer(unauthorized('Send an API key: "Authorization: Bearer dbk_...".'));
      return;
    }
    const key = /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '';
    const id = keyFormat.exec(key)?.[1];
    if (id === undefined) {
      answer(unauthorized('The Authorization header does not hold an API key of Doorbell.'));
      return;
    }
    const cached = this.#findCached(id);
    if (cached !== undefined) judge(key, cached, answer);
    else this.#lookUp(id, key).then((known) => judge(key, known, answer), answer);
  }

  #findCached(id: string): Cached | undefined {
    const cached = this.#cache.get(id);
    if (cached === undefined || cached.untilMs > this.#clock.monotonicMs()) return cached;
    this.#cache.delete(id);
    return undefined;
  }

  async #lookUp(id: string, key: string): Promise<Cached | undefined> {
    const apiKey = await this.#store.findApiKey(id);
    if (apiKey === undefined || apiKey.revokedAt !== null) return undefined;
    if (this.#cache.size >= cachedMax) this.#cache.clear();
    const found: Cached = {
      hash: Buffer.from(apiKey.hash, 'hex'),
      proven: undefined,
      principal: { kind: 'key', id, allows: expandScopes(apiKey.scopes), customerId: null },
      untilMs: this.#clock.monotonicMs() + cacheMs,
      requests: 0,
    };
    this.#cache.set(id, found);
    if (fits(key, found)) this.#noteUse(apiKey);
    return found;
  }

  #noteUse({ id, lastUsedAt }: ApiKey): void {
    const now = this.#clock.now();
    if (lastUsedAt !== null && now - lastUsedAt < usesNotedEveryMs) return;
    // Nobody waits for it, and a use that is not noted is no reason to refuse the request.
    this.#store.touchApiKey(id, now).catch(() => undefined);
  }
}

function judge(key: string, known: Cached | undefined, answer: Answer): void {
  if (known === undefined || !fits(key, known)) {
    answer(unauthorized('The API key is not known here.'));
    return;
  }
  known.requests += 1;
  if (known.requests > requestsPerSecondMax) answer(tooManyRequests(cacheMs));
  else answer(null, known.principal);
}

/** In constant time, for keys of the one length that the format allows. */
function fits(key: string, known: Cached): boolean {
  const bytes = Buffer.from(key, 'latin1');
  if (known.proven !== undefined && timingSafeEqual(bytes, known.proven)) return true;
  if (!timingSafeEqual(sha256(key), known.hash)) return false;
  known.proven = bytes;
  return true;
}

export function unauthorized(detail: string): Problem {
  return new Problem('unauthorized', detail, [], { 'www-authenticate': 'Bearer realm="doorbell"' });
}

export function sha256(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
