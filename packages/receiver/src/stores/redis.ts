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
      const values = [entry.now, layout, entry.leaseUntil, forgetAt, ...otherValues(entry)];
      const begun = await client.eval(BEGIN, { keys, arguments: values.map(String) });
      if (!Array.isArray(begun)) return { outcome: String(begun) as NotNew };
      return { outcome: 'new', claim: claimOf(client, keys, entry, begun.map(String)) };
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

function otherValues({ alias, place }: MemoryEntry): (string | number)[] {
  return [place?.sequence ?? '', place?.forgetAt ?? '', alias?.layout ?? '', alias?.forgetAt ?? ''];
}

function claimOf(
  client: RedisClient,
  keys: [string, string, string],
  entry: MemoryEntry,
  epochs: string[],
): Claim<undefined> {
  return {
    receipt: undefined,
    async commit() {
      const values = [entry.now, epochs[0] ?? '', '', '', ...otherValues(entry)];
      await client.eval(COMMIT, { keys, arguments: values.map(String) });
    },
    async release() {
      await client.eval(RELEASE, { keys: [keys[0], keys[2]], arguments: epochs });
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
local function claim(key, layout, forget)
  redis.call('hset', key, 'layout', layout, 'lease', ARGV[3], 'forget', forget)
  expire(key, forget)
  return redis.call('hincrby', key, 'epoch', 1)
end
-- Whoever ran it: a sign over these fields was handled, and over others it is not ours to change.
local function remember(key, layout, forget)
  local held = find(key, 'layout', 'lease')
  if held and (held[2] ~= layout or held[3] == '') then return end
  redis.call('hset', key, 'layout', layout, 'lease', '', 'forget', forget)
  expire(key, forget)
end
local function advance()
  if ARGV[5] == '' then return end
  local task = find(KEYS[2], 'sequence')
  if task and tonumber(task[2]) >= tonumber(ARGV[5]) then return end
  redis.call('hset', KEYS[2], 'sequence', ARGV[5], 'forget', ARGV[6])
  expire(KEYS[2], ARGV[6])
end
`;
// The same rule as judgeEntry, which the other stores run.
const BEGIN = `${FIND}
local held = find(KEYS[1], 'layout', 'lease')
local alias = ARGV[8] ~= '' and find(KEYS[3], 'layout', 'lease')
local function judge()
  if held and held[2] ~= ARGV[2] then return 'reused' end
  if held and held[3] == '' then return 'repeat' end
  if alias and alias[2] ~= ARGV[7] then return 'reused' end
  if ARGV[5] ~= '' then
    local task, sequence = find(KEYS[2], 'sequence'), tonumber(ARGV[5])
    if task and tonumber(task[2]) == sequence then return 'repeat' end
    if task and tonumber(task[2]) > sequence then return 'stale' end
  end
  if alias and alias[3] == '' then return 'repeat' end
  if held and tonumber(held[3]) > now or alias and tonumber(alias[3]) > now then return 'busy' end
  return 'new'
end
local outcome = judge()
if outcome == 'repeat' then
  remember(KEYS[1], ARGV[2], ARGV[4])
  advance()
end
if ARGV[8] ~= '' and (outcome == 'repeat' or outcome == 'stale') then remember(KEYS[3], ARGV[7], ARGV[8]) end
if outcome ~= 'new' then return outcome end
local epoch = claim(KEYS[1], ARGV[2], ARGV[4])
return { epoch, ARGV[8] ~= '' and claim(KEYS[3], ARGV[7], ARGV[8]) or 0 }
`;
const COMMIT = `${FIND}
if redis.call('hget', KEYS[1], 'epoch') ~= ARGV[2] then return end
redis.call('hset', KEYS[1], 'lease', '')
if ARGV[8] ~= '' then remember(KEYS[3], ARGV[7], ARGV[8]) end
advance()
`;
const RELEASE = `
for index, key in ipairs(KEYS) do
  if redis.call('hget', key, 'epoch') == ARGV[index] and redis.call('hget', key, 'lease') ~= '' then
    redis.call('hset', key, 'lease', '0')
  end
end
`;
