import { createHash } from 'node:crypto';
import type { Endpoint, Reply, SignedRequest, Transport } from '@doorbell/engine';
import { type Answer, accepted, deaths, pausingFaults, wrongKey } from './answers.ts';
import type { Dice } from './dice.ts';
import type { Journal } from './journal.ts';
import { isDead, type Kernel, type Owner } from './kernel.ts';
import type { WallClock } from './machine-clock.ts';
import type { Plan } from './plan.ts';
import { never } from './watched-store.ts';

/** The other side of one endpoint: whether it is there, and which sign keys it knows. */
interface Site {
  deadUntilMs: number;
  dying: Answer;
  key: string | null;
}

/** Everything between Doorbell and its customers, and the customers: the faulty part of the world. */
export class Network {
  /** Answers given, by name. */
  readonly given: Map<string, number> = new Map();
  healed = false;
  /** Called when an endpoint is going to give an answer that pauses it. */
  beforePause: ((endpointId: string) => void) | null = null;
  readonly #kernel: Kernel;
  readonly #wall: WallClock;
  readonly #journal: Journal;
  readonly #dice: Dice;
  readonly #plan: Plan;
  readonly #sites: Map<string, Site> = new Map();
  #posts = 0;

  constructor(kernel: Kernel, wall: WallClock, journal: Journal, dice: Dice, plan: Plan) {
    this.#kernel = kernel;
    this.#wall = wall;
    this.#journal = journal;
    this.#dice = dice;
    this.#plan = plan;
  }

  /** The customer has installed the key of an endpoint. */
  install(endpoint: Endpoint): void {
    const site = this.#sites.get(endpoint.id);
    if (site !== undefined) site.key = endpoint.signKey;
    else
      this.#sites.set(endpoint.id, { deadUntilMs: 0, dying: this.#dice.pick(deaths), key: endpoint.signKey });
  }

  kill(endpointId: string, forMs: number): void {
    const site = this.#sites.get(endpointId);
    if (site === undefined) return;
    site.deadUntilMs = this.#kernel.nowMs + forMs;
    site.dying = this.#dice.pick(deaths);
  }

  isAnyDead(): boolean {
    return [...this.#sites.values()].some(({ deadUntilMs }) => deadUntilMs > this.#kernel.nowMs);
  }

  heal(): void {
    this.healed = true;
    for (const site of this.#sites.values()) site.deadUntilMs = 0;
  }

  /** As one worker reaches it; `crash` may end that worker's process between two steps. */
  transportOf(owner: Owner, worker: number, crash: (step: 'posted' | 'arrived') => boolean): Transport {
    return {
      post: (request, signal) => {
        if (isDead(owner)) return never();
        const isNotice = request.endpointId.endsWith('/delivery-failed');
        return isNotice
          ? this.#postNotice(request, owner)
          : this.#post(request, owner, worker, signal, crash);
      },
    };
  }

  #post(
    request: SignedRequest,
    owner: Owner,
    worker: number,
    signal: AbortSignal,
    crash: (step: 'posted' | 'arrived') => boolean,
  ): Promise<Reply> {
    this.#posts += 1;
    const post = this.#posts;
    const houseTaskId = new URLSearchParams(request.body).get('houseTaskId') ?? '';
    const wallMs = this.#wall.now();
    this.#journal.tell({ kind: 'posted', worker, post, houseTaskId, request, wallMs });
    const answer = this.#decide(request);
    this.given.set(answer.name, (this.given.get(answer.name) ?? 0) + 1);
    if (crash('posted')) return never();
    this.#stallNowAndThen(owner, worker);

    const { nowMs } = this.#kernel;
    const { tickMs } = this.#plan;
    const exactMs = nowMs + this.#delayOf(answer, request);
    const answerMs = Math.min(Math.ceil(exactMs / tickMs) * tickMs - nowMs, request.totalTimeoutMs);
    const arrivalMs = Math.min(answerMs, this.#dice.between(1, 20));
    const { arrives } = answer;
    if (arrives !== null) {
      // Nobody's event: what is on its way arrives, whatever becomes of the sender.
      this.#kernel.schedule(arrivalMs, null, () => {
        this.#journal.tell({ kind: 'arrived', post, answer: answer.name, means: arrives });
        if (!isDead(owner)) crash('arrived');
      });
    }
    return new Promise((resolve) => {
      const end = (reply: Reply, means: Answer['means']): void => {
        alarm.cancelled = true;
        signal.removeEventListener('abort', abandon);
        this.#journal.tell({ kind: 'replied', worker, post, reply, means, wallMs: this.#wall.now() });
        resolve(reply);
      };
      const abandon = (): void => {
        this.#kernel.schedule(0, owner, () => {
          if (!alarm.cancelled) end(aborted, 'retry');
        });
      };
      const alarm = this.#kernel.schedule(answerMs, owner, () => end(answer.reply, answer.means));
      signal.addEventListener('abort', abandon, { once: true });
    });
  }

  /** At the worst moment for it: with a request out, and so with a lease that may run out. */
  #stallNowAndThen(owner: Owner, worker: number): void {
    const dice = this.#dice;
    if (this.healed || !dice.chance(this.#plan.stallRate)) return;
    owner.stalledUntilMs = this.#kernel.nowMs + dice.spread(20_000, 150_000);
    this.#journal.tell({ kind: 'stalled', worker, untilMs: owner.stalledUntilMs });
  }

  #postNotice(request: SignedRequest, owner: Owner): Promise<Reply> {
    this.#posts += 1;
    const post = this.#posts;
    this.#journal.tell({ kind: 'notice-posted', post, request });
    const fails = !this.healed && this.#dice.chance(this.#plan.faultRate);
    const reply = fails ? this.#dice.pick(deaths).reply : accepted.reply;
    return new Promise((resolve) => {
      this.#kernel.schedule(this.#dice.between(1, 500), owner, () => {
        this.#journal.tell({ kind: 'notice-replied', post, answered: reply.kind === 'response' });
        resolve(reply);
      });
    });
  }

  #decide(request: SignedRequest): Answer {
    const site = this.#sites.get(request.endpointId);
    const dice = this.#dice;
    if (site !== undefined && site.deadUntilMs > this.#kernel.nowMs) return site.dying;
    if (site !== undefined && !isSignedBy(site.key, request)) return wrongKey;
    if (this.healed) return accepted;
    if (dice.chance(this.#plan.pausingRate)) {
      this.beforePause?.(request.endpointId);
      return dice.pick(pausingFaults);
    }
    return dice.chance(this.#plan.faultRate) ? dice.pick(this.#plan.faults) : accepted;
  }

  #delayOf({ takes }: Answer, request: SignedRequest): number {
    if (takes === 'timeout') return request.totalTimeoutMs;
    if (takes === 'connect-timeout') return request.connectTimeoutMs;
    return takes === 'slow'
      ? this.#dice.between(500, request.totalTimeoutMs - 1)
      : this.#dice.spread(1, Math.min(400, request.totalTimeoutMs));
  }
}

const aborted: Reply = {
  kind: 'failure',
  reason: 'aborted',
  detail: 'Simulated: given up.',
  uncertain: true,
  remoteAddress: null,
};

/** contract.md, Signature; written here a second time, so that the engine's own is checked by it. */
function isSignedBy(key: string | null, { headers, body }: SignedRequest): boolean {
  if (key === null) return headers.sign === undefined;
  const fields = [...new URLSearchParams(body)].sort(([a], [b]) => (a < b ? -1 : 1));
  const values = fields.map(([, value]) => value).join('');
  const text = `${key}${values}${headers.timestamp}`;
  return createHash('md5').update(text, 'utf8').digest('hex') === headers.sign;
}
