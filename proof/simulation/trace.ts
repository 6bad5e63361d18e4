import { createHash } from 'node:crypto';
import type { Step } from '@doorbell/engine';
import type { Fact } from './fact.ts';

const linesPerChunk = 500;

/** Every fact as one line: what `--trace` prints, and what the hash of a run is made of. */
export class Trace {
  readonly #hash = createHash('sha256');
  readonly #print: ((line: string) => void) | null;
  #chunk: string[] = [];

  constructor(print: ((line: string) => void) | null) {
    this.#print = print;
  }

  record(fact: Fact): void {
    const line = `${timeOf(fact.atMs)} ${fact.kind} ${describe(fact)}`;
    this.#print?.(line);
    this.#chunk.push(line);
    if (this.#chunk.length >= linesPerChunk) this.#absorb();
  }

  note(line: string): void {
    this.#chunk.push(line);
  }

  hash(): string {
    this.#absorb();
    return this.#hash.copy().digest('hex').slice(0, 32);
  }

  #absorb(): void {
    this.#hash.update(this.#chunk.join('\n'));
    this.#chunk = [];
  }
}

function timeOf(atMs: number): string {
  return (atMs / 1_000).toFixed(3).padStart(10);
}

// One line for each kind of fact; a reader of a trace greps for a task or a lane.
function describe(fact: Fact): string {
  switch (fact.kind) {
    case 'appended': {
      const { houseTaskId, sequence, state, transition, endpoints } = fact.result;
      return `${fact.change.customerId}/${houseTaskId}.${sequence} state=${state} ${transition} endpoints=${endpoints} batch=${fact.batch}`;
    }
    case 'append-refused':
      return `batch=${fact.batch} ${fact.reason}`;
    case 'acknowledged':
      return `batch=${fact.batch} changes=${fact.results.length}`;
    case 'claimed': {
      const { laneId, sequence, epoch, attempt, endpoint, change, heldMs } = fact.claim;
      return `${endpoint.id}/${change.houseTaskId}.${sequence} lane=${laneId} epoch=${epoch} attempt=${attempt} held=${heldMs} worker=${fact.worker}`;
    }
    case 'settled': {
      const { laneId, endpointId, sequence, epoch, step, attempts, notice } = fact.settlement;
      const why = attempts.map(({ reason }) => reason).join('+');
      return `${endpointId} lane=${laneId}.${sequence} epoch=${epoch} ${stepText(step)} ${why} ${fact.verdict}${notice === null ? '' : ' notice'} worker=${fact.worker}`;
    }
    case 'posted': {
      const { endpointId, headers } = fact.request;
      return `${endpointId}/${fact.houseTaskId}.${headers['doorbell-sequence']} attempt=${headers['doorbell-attempt']} post=${fact.post} worker=${fact.worker}`;
    }
    case 'arrived':
      return `post=${fact.post} ${fact.answer}`;
    case 'replied': {
      const { reply } = fact;
      const what = reply.kind === 'response' ? `HTTP ${reply.httpStatus}` : reply.reason;
      return `post=${fact.post} ${what} (${fact.means}) worker=${fact.worker}`;
    }
    default:
      return describeRare(fact);
  }
}

function describeRare(fact: Fact): string {
  switch (fact.kind) {
    case 'endpoint-saved':
    case 'key-rotated': {
      const { id, inFlightMax, coalesce, onGiveUp, retryHorizonMs, url } = fact.endpoint;
      return `${id} inFlightMax=${inFlightMax} coalesce=${coalesce} onGiveUp=${onGiveUp} horizon=${retryHorizonMs} ${url}`;
    }
    case 'notice-claimed':
      return `${fact.notice.endpointId} notice=${fact.notice.id} attempt=${fact.notice.attempt}`;
    case 'notice-posted':
      return `${fact.request.endpointId} post=${fact.post}`;
    case 'notice-settled':
      return `notice=${fact.settlement.id} ${fact.settlement.step.kind}`;
    default: {
      const { atMs, kind, ...rest } = fact;
      return Object.entries(rest)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ');
    }
  }
}

function stepText(step: Step): string {
  if (step.kind === 'advance') return `advance(${step.result})`;
  return step.kind === 'retry' ? `retry(${step.delayMs})` : step.kind;
}
