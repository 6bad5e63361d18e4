import type { Clock } from './clock.ts';
import { createTransport } from './exchange.ts';

/** The URL that should count effects does not. */
export class EffectsUnreadable extends Error {
  override readonly name = 'EffectsUnreadable';
}

const askTimeoutMs = 5000;
const settleMs = 2000;
const pollMs = 50;
/** How long an effect too many is waited for. */
const surplusMs = 150;

/**
 * How many effects the endpoint reports at `url` for `work`: GET gives JSON `{"effects": n}`, the number of changes it
 * has acted on so far. Null without a URL; throws EffectsUnreadable when the answer is something else.
 */
export async function countEffects(options: {
  url: URL | null;
  clock: Clock;
  expected: number;
  work: () => Promise<void>;
}): Promise<number | null> {
  const { url, clock, expected, work } = options;
  if (url === null) {
    await work();
    return null;
  }
  const before = await readEffects(url, clock);
  await work();
  // An endpoint may answer first and act a moment later.
  const endMs = clock.monotonicMs() + settleMs;
  while ((await readEffects(url, clock)) - before < expected && clock.monotonicMs() < endMs) {
    await pause(clock, pollMs);
  }
  await pause(clock, surplusMs);
  return (await readEffects(url, clock)) - before;
}

async function readEffects(url: URL, clock: Clock): Promise<number> {
  const transport = createTransport({ url, clock, timeoutMs: askTimeoutMs });
  const { reply, failure } = await transport.send({
    method: 'GET',
    headers: [['accept', 'application/json']],
    body: new Uint8Array(),
    manner: 'whole',
  });
  const text = reply?.body.toString('utf8') ?? '';
  const [, effects] = /"effects"\s*:\s*(\d{1,15})/.exec(text) ?? [];
  if (effects !== undefined) return Number(effects);
  throw new EffectsUnreadable(
    `${url.href} does not answer {"effects": n}: ${failure?.detail ?? text.slice(0, 60)}`,
  );
}

function pause(clock: Clock, ms: number): Promise<void> {
  return clock.sleep(ms, new AbortController().signal);
}
