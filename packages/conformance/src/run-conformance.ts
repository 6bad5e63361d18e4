import { isWebhookSecret, type Revision } from '@doorbell/contract';

import type { Clock } from './clock.ts';
import { type ConformanceCase, plainDelivery } from './conformance-case.ts';
import type { Connect } from './connection.ts';
import { EffectsUnreadable } from './count-effects.ts';
import { createTransport, type Exchange, type Transport } from './exchange.ts';
import { groupOf, listCases } from './list-cases.ts';
import { createProbe, type Probe } from './probe.ts';
import { type CaseResult, type ConformanceReport, countByLevel, gradeOf } from './report.ts';
import { mask, showExchange } from './show-exchange.ts';

export interface ConformanceOptions {
  /** The endpoint, http or https. */
  readonly url: string;
  readonly signKey: string;
  readonly clock: Clock;
  /** 8 lower-case hex digits that no earlier run had: the ids sent are made of them. */
  readonly runId: string;
  /** Ids or groups of cases; what they need is run, too. By default all. */
  readonly only?: readonly string[];
  /** By default `seed`. */
  readonly revision?: Revision;
  /** Names of extra parameters that were declared to the endpoint; without them their cases are skipped. */
  readonly extra?: readonly string[];
  /** With it every delivery carries the HMAC as well, and the cases of the HMAC are run. */
  readonly webhookSecret?: string;
  /** For endpoints that refuse houses they do not know: every task is of this one. */
  readonly houseId?: string;
  /** Answers a GET with `{"effects": n}`, the number of changes acted upon; without it effects are not judged. */
  readonly effectsUrl?: string;
  /** For one exchange; by default 15,000 ms, as the platform waits. */
  readonly timeoutMs?: number;
  /** Opens every connection to the endpoint; by default to whatever address its name has. */
  readonly connect?: Connect;
  /** Ends the run: what is not judged by then is skipped, and the report says that it was ended. */
  readonly signal?: AbortSignal;
  /** Not called for an unreachable endpoint. */
  readonly onResult?: (result: CaseResult) => void;
}

const promptMs = 3000;
/** How long an endpoint that went down may take to come up again. */
const restartMs = 3000;
const restartPollMs = 200;
const ended = 'not judged, because the run was ended';
const never = new AbortController().signal;

/**
 * Judges an endpoint by one case after the other. Throws RangeError for options that make no sense; whatever the
 * endpoint does ends up in the report.
 */
export async function runConformance(options: ConformanceOptions): Promise<ConformanceReport> {
  const cases = listCases(options.only);
  const { clock, timeoutMs, url, effectsUrl } = checkOptions(options);
  const { connect, signal = never } = options;
  const transport = createTransport({ url, clock, timeoutMs, connect, signal });
  const secrets = [options.signKey, options.webhookSecret ?? ''].filter((secret) => secret !== '');
  let exchanges: Exchange[] = [];
  const probe = createProbe({
    settings: {
      signKey: options.signKey,
      revision: options.revision ?? 'seed',
      extra: options.extra ?? [],
      webhookSecret: options.webhookSecret ?? null,
      houseId: options.houseId ?? null,
      effectsUrl,
      timeoutMs,
      promptMs,
    },
    runId: options.runId,
    clock,
    transport,
    onExchange: (exchange) => exchanges.push(exchange),
  });

  const startedMs = clock.monotonicMs();
  const results: CaseResult[] = [];
  const reached = await transport.reach();
  let endpoint: ConformanceReport['endpoint'] = reached.ok || signal.aborted ? 'answered' : 'unreachable';
  let gone = reached.ok ? null : `nothing accepts connections: ${reached.detail}`;
  for (const one of cases) {
    const caseStartedMs = clock.monotonicMs();
    const skipped = signal.aborted ? ended : (gone ?? findSkip(one, probe, results));
    exchanges = [];
    let judged = skipped === null ? await judge(one, probe) : skip(skipped);
    if (exchanges.some(isUnconnected)) {
      if (await comesBack(transport, clock, signal)) {
        exchanges = [];
        judged = await judge(one, probe);
      } else if (!signal.aborted) {
        endpoint = 'went-away';
        gone = 'nothing accepts connections any more';
        // When the very first request finds nobody, the case before it is to blame.
        if (exchanges[0] !== undefined && isUnconnected(exchanges[0])) judged = skip(gone);
      }
    }
    // What failed because the run was ended is no fault of the endpoint.
    if (signal.aborted && skipped === null) judged = skip(ended);
    const shown = judged.outcome === 'failed' ? exchanges : [];
    const { id, level, why, sends, accepts, hint } = one;
    const result: CaseResult = {
      ...{ id, group: groupOf(id), level, outcome: judged.outcome, why, sends, accepts, hint },
      detail: judged.detail === null ? null : mask(judged.detail, secrets),
      durationMs: Math.round(clock.monotonicMs() - caseStartedMs),
      exchanges: shown.map((exchange) => showExchange(exchange, url, secrets)),
    };
    results.push(result);
    if (endpoint !== 'unreachable') options.onResult?.(result);
  }
  return summarise(options, endpoint, results, Math.round(clock.monotonicMs() - startedMs));
}

type Judged = Pick<CaseResult, 'outcome' | 'detail'>;

function skip(detail: string): Judged {
  return { outcome: 'skipped', detail };
}

function isUnconnected({ failure }: Exchange): boolean {
  return failure?.kind === 'connect-failed';
}

async function judge(one: ConformanceCase, probe: Probe): Promise<Judged> {
  try {
    const detail = await one.run(probe);
    return { outcome: detail === null ? 'passed' : 'failed', detail };
  } catch (error) {
    if (error instanceof EffectsUnreadable) return { outcome: 'failed', detail: error.message };
    throw error;
  }
}

function findSkip(one: ConformanceCase, probe: Probe, results: readonly CaseResult[]): string | null {
  const lack = one.findLack?.(probe) ?? null;
  if (lack !== null) return lack;
  const unmet = one.needs.find((need) => results.find(({ id }) => id === need)?.outcome !== 'passed');
  return unmet === undefined ? null : `not judged, because ${unmet} did not pass`;
}

/** A process that ended on a bad request may be started again by its supervisor. */
async function comesBack(transport: Transport, clock: Clock, signal: AbortSignal): Promise<boolean> {
  const endMs = clock.monotonicMs() + restartMs;
  for (;;) {
    if ((await transport.reach()).ok) return true;
    if (signal.aborted || clock.monotonicMs() >= endMs) return false;
    await clock.sleep(restartPollMs, signal);
  }
}

function summarise(
  options: ConformanceOptions,
  endpoint: ConformanceReport['endpoint'],
  results: readonly CaseResult[],
  durationMs: number,
): ConformanceReport {
  const counts = countByLevel(results);
  const isAccepted = results.find(({ id }) => id === plainDelivery)?.outcome === 'passed';
  const isEnded = results.some(({ detail }) => detail === ended);
  const isWhole = endpoint !== 'unreachable' && !isEnded && (options.only ?? []).length === 0;
  return {
    url: options.url,
    runId: options.runId,
    endpoint,
    grade: isWhole ? gradeOf(counts, isAccepted && endpoint === 'answered') : null,
    conforms: endpoint === 'answered' && !isEnded && counts.must.failed === 0,
    ended: isEnded,
    counts,
    durationMs,
    results,
  };
}

function checkOptions(options: ConformanceOptions): {
  clock: Clock;
  timeoutMs: number;
  url: URL;
  effectsUrl: URL | null;
} {
  const { clock, timeoutMs = 15_000 } = options;
  if (options.signKey === '') throw new RangeError('The sign key is empty.');
  if (!/^[0-9a-f]{8}$/.test(options.runId)) throw new RangeError('runId is 8 lower-case hex digits.');
  if (!(Number.isFinite(timeoutMs) && timeoutMs > 0)) throw new RangeError('timeoutMs is more than 0 ms.');
  if (options.webhookSecret !== undefined && !isWebhookSecret(options.webhookSecret)) {
    throw new RangeError('A webhook secret is "whsec_" and the base64 of 24 to 64 bytes.');
  }
  const effectsUrl = options.effectsUrl === undefined ? null : parseUrl(options.effectsUrl);
  return { clock, timeoutMs, url: parseUrl(options.url), effectsUrl };
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new RangeError(`${JSON.stringify(text)} is not a URL of http or https.`);
  }
  return url;
}
