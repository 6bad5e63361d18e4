import type { Revision } from '@doorbell/contract';

import type { Clock } from './clock.ts';
import { countEffects } from './count-effects.ts';
import type { Exchange, Transport } from './exchange.ts';
import { type Ids, sampleIds } from './sample-ids.ts';
import { type Signing, signRequest } from './signed-request.ts';
import type { Pairs, WireRequest } from './wire-request.ts';

/** What the run was told about the endpoint. */
export interface ProbeSettings {
  readonly signKey: string;
  readonly revision: Revision;
  /** Extra parameters that were declared to the endpoint. */
  readonly extra: readonly string[];
  readonly webhookSecret: string | null;
  /** A house that the endpoint knows, for every task; null: each task has a house of its own. */
  readonly houseId: string | null;
  readonly effectsUrl: URL | null;
  readonly timeoutMs: number;
  readonly promptMs: number;
}

/** Fields to replace, to add, or, by null, to leave out. */
export type Overrides = Readonly<Record<string, string | null>>;

/** What a case has to work with. Every exchange is recorded for the report. */
export interface Probe {
  readonly settings: ProbeSettings;
  nowMs(): number;
  /** Ids of a new task. */
  newIds(): Ids;
  /** The six fields of a new task in the order of the contract, with changes. */
  fields(overrides?: Overrides): Pairs;
  /** A notification of these fields, signed as the platform would. */
  sign(fields: Pairs, signing?: Signing): WireRequest;
  send(request: WireRequest): Promise<Exchange>;
  /** One after the other on one connection. */
  sendInTurn(requests: readonly WireRequest[]): Promise<readonly Exchange[]>;
  /** All at once, each on its own connection. */
  sendTogether(requests: readonly WireRequest[]): Promise<readonly Exchange[]>;
  abandon(request: WireRequest): Promise<void>;
  /** How many effects the endpoint counted while `work` ran, after waiting for `expected` of them; null without an URL to ask. */
  effectsOf(expected: number, work: () => Promise<void>): Promise<number | null>;
}

export interface CreateProbe {
  readonly settings: ProbeSettings;
  readonly runId: string;
  readonly clock: Clock;
  readonly transport: Transport;
}

/** One probe serves one run: it numbers the tasks. */
export function createProbe(options: CreateProbe & { onExchange: (exchange: Exchange) => void }): Probe {
  const { settings, clock, transport, onExchange } = options;
  let tasks = 0;

  function newIds(): Ids {
    tasks += 1;
    const ids = sampleIds(options.runId, tasks);
    return settings.houseId === null ? ids : { ...ids, houseId: settings.houseId };
  }

  function fields(overrides: Overrides = {}): Pairs {
    const { houseTaskId, houseId, packageId, userId } = newIds();
    const plain = { state: '50000', houseTaskId, houseId, packageId, userId, userName: '张三 Lee' };
    const all: Overrides = { ...plain, ...overrides };
    return Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
  }

  async function record(sending: Promise<Exchange>): Promise<Exchange> {
    const exchange = await sending;
    onExchange(exchange);
    return exchange;
  }

  return {
    settings,
    nowMs: clock.now,
    newIds,
    fields,
    sign: (pairs, signing = {}) =>
      signRequest(pairs, signing, {
        signKey: settings.signKey,
        webhookSecret: settings.webhookSecret,
        nowMs: clock.now(),
      }),
    send: (request) => record(transport.send(request)),
    async sendInTurn(requests) {
      const exchanges = await transport.sendInTurn(requests);
      exchanges.forEach(onExchange);
      return exchanges;
    },
    sendTogether: (requests) => Promise.all(requests.map((request) => record(transport.send(request)))),
    abandon: (request) => transport.abandon(request),
    effectsOf: (expected, work) => countEffects({ url: settings.effectsUrl, clock, expected, work }),
  };
}
