import type { Claim, Memory, MemoryEntry, NotNew } from '../memory.ts';
import type { ScopeOptions } from './sql.ts';

/** What is used of `redis` (node-redis 4 and later). */
export interface RedisClient {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/**
 * Remembers in Redis 6 or later, under `{doorbell:<scope>}:`; all in one slot, so a cluster works too. What Redis
 * forgets, after a crash or a failover, comes again as new.
 */
export function redisMemory(client: RedisClient, options: ScopeOptions = {}): Memory {
  const prefix = `{doorbell:${options.scope ?? ''}}:`;

  return {
    async begin(entry) {
      if (entry.known === null) return { outcome: 'new', claim: unremembered };
      const keys = keysOf(prefix, entry);
      const { layout, forgetAt } = entry.known;
      const values = [entry.now, layout, entry.leaseUntil, forgetAt, entry.place?.sequence ?? ''];
      const begun = await client.eval(BEGIN, { keys: keys.slice(0, 2), arguments: values.map(String) });
      if (typeof begun === 'string') return { outcome: begun as NotNew };
      return { outcome: 'new', claim: claimOf(client, keys, entry, String(begun)) };
    },
  };
}

const unremembered: Claim<undefined> = {
  receipt: undefined,
  commit: async () => {},
  release: async () => {},
};

/** Key, task, alias; a script is given all that it may touch, so an absent one repeats the first. */
function keysOf(prefix: string, { known, alias, place }: MemoryEntry): [string, string, string] {
  const key = `${prefix}${known?.key ?? ''}`;
  return [
    key,
    place === null ? key : `${prefix}task:${place.houseTaskId}`,
    alias === null ? key : `${prefix}${alias.key}`,
  ];
}

function claimOf(
  client: RedisClient,
  keys: [string, string, string],
  { now, alias, place }: MemoryEntry,
  epoch: string,
): Claim<undefined> {
  return {
    receipt: undefined,
    async commit() {
      const { sequence = '', forgetAt = '' } = place ?? {};
      const values = [now, epoch, alias?.layout ?? '', alias?.forgetAt ?? '', sequence, forgetAt];
      await client.eval(COMMIT, { keys, arguments: values.map(String) });
    },
    async release() {
      await client.eval(RELEASE, { keys: keys.slice(0, 1), arguments: [epoch] });
    },
  };
}

// A hash per key: layout, lease ('' once handled), epoch, forget; per task: sequence, forget. Times are the receiver's
// and compared here; Redis' own expiry only clears away. Numbers are passed on as text: Lua would round them.
const FIND = `
local now = tonumber(ARGV[1])
local function find(key, ...)
  local row = redis.call('hmget', key, 'forget', ...)
  if row[1] and tonumber(row[1]) > now then return row end
end
local function expire(key, forget) redis.call('pexpire', key, math.max(1, tonumber(forget) - now)) end
`;
// The same rule as judgeEntry, which the other stores run.
const BEGIN = `${FIND}
local held = find(KEYS[1], 'layout', 'lease')
if held and held[2] ~= ARGV[2] then return 'reused' end
if held and held[3] == '' then return 'repeat' end
if ARGV[5] ~= '' then
  local task, sequence = find(KEYS[2], 'sequence'), tonumber(ARGV[5])
  if task and tonumber(task[2]) == sequence then return 'repeat' end
  if task and tonumber(task[2]) > sequence then return 'stale' end
end
if held and tonumber(held[3]) > now then return 'busy' end
redis.call('hset', KEYS[1], 'layout', ARGV[2], 'lease', ARGV[3], 'forget', ARGV[4])
expire(KEYS[1], ARGV[4])
return redis.call('hincrby', KEYS[1], 'epoch', 1)
`;
const COMMIT = `${FIND}
if redis.call('hget', KEYS[1], 'epoch') ~= ARGV[2] then return end
redis.call('hset', KEYS[1], 'lease', '')
if ARGV[4] ~= '' and not find(KEYS[3], 'lease') then
  redis.call('hset', KEYS[3], 'layout', ARGV[3], 'lease', '', 'forget', ARGV[4])
  expire(KEYS[3], ARGV[4])
end
if ARGV[5] ~= '' then
  local task = find(KEYS[2], 'sequence')
  if not task or tonumber(task[2]) < tonumber(ARGV[5]) then
    redis.call('hset', KEYS[2], 'sequence', ARGV[5], 'forget', ARGV[6])
    expire(KEYS[2], ARGV[6])
  end
end
`;
const RELEASE = `
if redis.call('hget', KEYS[1], 'epoch') == ARGV[1] and redis.call('hget', KEYS[1], 'lease') ~= '' then
  redis.call('hset', KEYS[1], 'lease', '0')
end
`;
