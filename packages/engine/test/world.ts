import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  createVault,
  type EndpointDraft,
  Engine,
  endpointPolicyDefaults,
  type NewChange,
  type Notification,
  type Reply,
  type SignedRequest,
  type Store,
  type Transport,
} from '../src/index.ts';
import { openSqliteStore, type SqliteStore } from '../src/stores/sqlite/index.ts';
import { createInProcessWakeup } from '../src/system.ts';
import { ScriptedTransport, seededRandom, VirtualClock } from '../src/testing/index.ts';

/** The real engine on the real store, with a clock that moves only when told to and an endpoint that is a function. */
export interface World {
  readonly clock: VirtualClock;
  readonly store: SqliteStore;
  readonly engine: Engine;
  readonly requests: readonly Arrival[];
  readonly failures: readonly string[];
  /** Records changes of one task of `acme`, one for each state. */
  append(houseTaskId: string, ...states: number[]): Promise<void>;
  /** Records the first change of each of these tasks of another customer. */
  appendTo(customerId: string, houseTaskIds: readonly string[]): Promise<void>;
  /** What would be put to leave the endpoint as it is. */
  draftOf(endpointId: string): Promise<EndpointDraft>;
  /** Lets everything happen that needs no time to pass; requests may still be out. */
  busy(): Promise<void>;
  /** Resolves when nothing is in flight and nothing more can be sent before the clock moves. */
  quiet(): Promise<void>;
  /** Moves the clock in small steps, quiet after each. */
  pass(ms: number, stepMs?: number): Promise<void>;
  stop(): Promise<void>;
  results(houseTaskId: string): Promise<readonly number[]>;
  notification(houseTaskId: string, sequence: number): Promise<Notification>;
}

/** A request as it reached an endpoint, in virtual time. */
export interface Arrival {
  readonly at: number;
  readonly endpointId: string;
  readonly houseTaskId: string;
  readonly sequence: number;
  readonly attempt: number;
  readonly request: SignedRequest;
}

export interface WorldSettings {
  readonly answer: (arrival: Arrival) => Reply | Promise<Reply>;
  readonly endpoints?: readonly Partial<EndpointDraft>[];
  readonly transport?: Transport;
  readonly around?: (store: Store) => Store;
}

export async function aWorld({
  answer,
  endpoints = [{}],
  transport,
  around = (store) => store,
}: WorldSettings): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'doorbell-engine-'));
  const clock = new VirtualClock();
  const vault = createVault(new Uint8Array(32).fill(1), (length) => new Uint8Array(length).fill(2));
  const store = openSqliteStore({ path: join(folder, 'doorbell.db'), vault, clock });
  const requests: Arrival[] = [];
  const failures: string[] = [];
  const scripted = new ScriptedTransport((request) => {
    const arrival = arrivalOf(request, clock.now());
    requests.push(arrival);
    return answer(arrival);
  });
  const engine = new Engine({
    store: around(store),
    transport: transport ?? scripted,
    clock,
    wakeup: createInProcessWakeup(clock),
    random: seededRandom(1),
    observer: { settled() {}, failed: (doing, error) => failures.push(`${doing}: ${error}`) },
  });

  for (const id of new Set(['acme', ...endpoints.flatMap(({ customerId }) => customerId ?? [])])) {
    await store.putCustomer({ id, name: id, onIllegalTransition: 'flag' });
  }
  for (const [index, changes] of endpoints.entries())
    await store.putEndpoint(draft(`e${index + 1}`, changes));

  const stopping = new AbortController();
  const running = engine.run(stopping.signal);
  const stop = async () => {
    stopping.abort();
    await running;
  };
  onTestFinished(async () => {
    engine.abandon();
    await stop();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  const quiet = () => untilQuiet(engine, store, clock);
  const notifications = async (houseTaskId: string) => {
    const page = await store.listNotifications({ houseTaskId }, { limit: 500 });
    return [...page.items].sort((a, b) => a.sequence - b.sequence);
  };
  return {
    clock,
    store,
    engine,
    requests,
    failures,
    quiet,
    stop,
    async appendTo(customerId, houseTaskIds) {
      await engine.append(houseTaskIds.map((id) => aNewChange(id, 9000, { customerId })));
    },
    async draftOf(endpointId) {
      const endpoint = await store.findEndpoint(endpointId);
      if (!endpoint) throw new Error(`There is no endpoint ${endpointId}.`);
      return endpoint;
    },
    async busy() {
      for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    },
    async append(houseTaskId, ...states) {
      await engine.append(states.map((state) => aNewChange(houseTaskId, state)));
    },
    async pass(ms, stepMs = ms) {
      for (let passed = 0; passed < ms; passed += stepMs) {
        clock.advance(Math.min(stepMs, ms - passed));
        await quiet();
      }
    },
    async results(houseTaskId) {
      return (await notifications(houseTaskId)).map(({ result }) => result);
    },
    async notification(houseTaskId, sequence) {
      const found = (await notifications(houseTaskId)).find(
        (notification) => notification.sequence === sequence,
      );
      if (!found) throw new Error(`There is no notification ${houseTaskId}.${sequence}.`);
      return found;
    },
  };
}

function draft(id: string, changes: Partial<EndpointDraft>): EndpointDraft {
  const url = `http://127.0.0.1:9/${id}`;
  const signKey = 'CdLvNRRQvy0xjORPNvuVaA';
  return { ...endpointPolicyDefaults, id, customerId: 'acme', url, signKey, webhookSecret: null, ...changes };
}

export function aNewChange(houseTaskId: string, state: number, changes: Partial<NewChange> = {}): NewChange {
  const ids = { houseId: `H-${houseTaskId}`, packageId: 'P', userId: 'U', userName: 'Zhang San' };
  return { customerId: 'acme', houseTaskId, ...ids, state, extra: {}, eventId: null, ...changes };
}

/** The store's verbs as plain functions, so that a test can replace one of them. */
export function bound(store: Store): Store {
  return {
    append: (changes) => store.append(changes),
    claim: (request) => store.claim(request),
    settle: (settlements) => store.settle(settlements),
    upcoming: () => store.upcoming(),
    claimNotices: (limit, leaseMs) => store.claimNotices(limit, leaseMs),
    settleNotices: (settlements) => store.settleNotices(settlements),
    retire: (retentionMs) => store.retire(retentionMs),
  };
}

export function arrivalOf(request: SignedRequest, at: number): Arrival {
  return {
    at,
    endpointId: request.endpointId,
    houseTaskId: new URLSearchParams(request.body).get('houseTaskId') ?? '',
    sequence: Number(request.headers['doorbell-sequence']),
    attempt: Number(request.headers['doorbell-attempt']),
    request,
  };
}

async function untilQuiet(engine: Engine, store: Store, clock: VirtualClock): Promise<void> {
  // Both loops of the engine are asleep, nothing runs, nothing can be claimed: seen several times in a row.
  for (let quietTurns = 0; quietTurns < 5; ) {
    for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const due = await store.upcoming();
    const isQuiet =
      engine.health().inFlight === 0 && clock.sleeping >= 2 && due.every(({ dueInMs }) => dueInMs > 0);
    quietTurns = isQuiet ? quietTurns + 1 : 0;
  }
}
