import { hash, timingSafeEqual } from 'node:crypto';
import type { ApiKey, Clock, EpochMs, StoreAdmin } from '@doorbell/engine';
import type { onRequestHookHandler } from 'fastify';
import { Problem } from './problem.ts';

const keyFormat = /^dbk_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;
/** How long a key that was removed from the database may still open the door. */
const cacheMs = 1_000;
const cachedMax = 1_000;

interface Cached {
  readonly hash: Buffer;
  readonly untilMs: number;
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

/** Fastify hook: lets a request with a known bearer key pass and answers 401 to every other. */
export function requireApiKey(admin: Pick<StoreAdmin, 'findApiKey'>, clock: Clock): onRequestHookHandler {
  const cache = new Map<string, Cached>();

  function findCached(id: string): Cached | undefined {
    const cached = cache.get(id);
    if (cached === undefined || cached.untilMs > clock.monotonicMs()) return cached;
    cache.delete(id);
    return undefined;
  }

  async function lookUp(id: string): Promise<Cached | undefined> {
    const apiKey = await admin.findApiKey(id);
    if (apiKey === undefined || apiKey.revokedAt !== null) return undefined;
    if (cache.size >= cachedMax) cache.clear();
    const found = { hash: Buffer.from(apiKey.hash, 'hex'), untilMs: clock.monotonicMs() + cacheMs };
    cache.set(id, found);
    return found;
  }

  return ({ headers: { authorization } }, _reply, done) => {
    if (authorization === undefined) {
      return done(unauthorized('Send an API key: "Authorization: Bearer dbk_...".'));
    }
    const key = /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '';
    const id = keyFormat.exec(key)?.[1];
    if (id === undefined) {
      return done(unauthorized('The Authorization header does not hold an API key of Doorbell.'));
    }
    // Nearly every request finds its key here, and then waits for nothing.
    const cached = findCached(id);
    if (cached !== undefined) return done(judge(key, cached));
    lookUp(id)
      .then((known) => judge(key, known))
      .then(done, done);
  };
}

function judge(key: string, known: Cached | undefined): Problem | undefined {
  const isKnown = known !== undefined && timingSafeEqual(sha256(key), known.hash);
  return isKnown ? undefined : unauthorized('The API key is not known here.');
}

function unauthorized(detail: string): Problem {
  return new Problem('unauthorized', detail, [], { 'www-authenticate': 'Bearer realm="doorbell"' });
}

function sha256(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
