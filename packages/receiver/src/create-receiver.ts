import type { ReasonCode } from '@doorbell/contract';

import { type Answer, renderAccepted, renderRefused } from './answer.ts';
import { createMemory } from './create-memory.ts';
import { createHandleOnce, type Handler } from './handle-once.ts';
import type { Memory } from './memory.ts';
import { memoryEntry } from './memory-entry.ts';
import type { ReceivedChange } from './received-change.ts';
import { notUnderstood, type Refusal } from './refusal.ts';
import type { VerifyOptions } from './verify-options.ts';
import { type ReceivedRequest, readRequest } from './verify-request.ts';
import { getVerifyRules } from './verify-rules.ts';

export interface ReceiverOptions<Receipt = undefined> extends VerifyOptions {
  /**
   * Runs once per verified notification; the platform is told "Success" when it returns. A change may still come
   * twice: see the memory. The platform waits 15 s. Throw `Refuse(state, reason)` to choose the answer; anything
   * else is answered 500. The receipt is the memory's, for remembering in a transaction of your own.
   */
  readonly onChange: Handler<Receipt>;
  /** What was handled before; default the last 100,000 in this process. Each endpoint needs its own, or a scope of it. */
  readonly memory?: Memory<Receipt>;
  /** Default false: HTTP 200, the envelope tells. True: the HTTP status follows the envelope's state. */
  readonly mirror?: boolean;
  /**
   * Learns of everything that was not answered with success, the handler's own errors included, and of a success
   * that the memory could not write down. For logs: what it throws is dropped.
   */
  readonly onRefused?: (refusal: Refusal) => void | Promise<void>;
}

export interface Receiver {
  /** Verifies, reads, runs the handler, renders the answer. Never rejects. */
  receive(request: ReceivedRequest): Promise<Answer>;
  /** For adapters: the answer to a request that could not be read at all; the state is 500. */
  refuse(code: ReasonCode, detail: string): Answer;
}

/**
 * Throws RangeError for options that make no sense: an empty key, no key at all (unless `allowUnsigned`), a policy
 * without its secrets, a tolerance or extra name that cannot be.
 */
export function createReceiver<Receipt = undefined>(options: ReceiverOptions<Receipt>): Receiver {
  const rules = getVerifyRules(options);
  if (typeof options.onChange !== 'function') throw new TypeError('onChange must be a function');
  const mirror = options.mirror ?? false;
  // Without a memory there is no receipt, so Receipt is undefined, as the one that createMemory gives.
  const memory = options.memory ?? (createMemory() as Memory<Receipt & undefined>);
  const handleOnce = createHandleOnce<Receipt>(memory, options.onChange, (refusal) => void tell(refusal));

  // A log that fails, now or later, must not change what the platform is told, nor end the process.
  async function tell(refusal: Refusal): Promise<void> {
    try {
      await options.onRefused?.(refusal);
    } catch {}
  }

  function refuse(refusal: Refusal, change?: ReceivedChange): Answer {
    void tell(refusal);
    return renderRefused(refusal, change === undefined ? { mirror } : { mirror, change });
  }

  async function receive(request: ReceivedRequest): Promise<Answer> {
    try {
      const read = readRequest(request, rules);
      if (!read.ok) return refuse(read.refusal);
      const outcome = await handleOnce(read.change, memoryEntry(read.proven, rules));
      return typeof outcome === 'string'
        ? renderAccepted(read.change, outcome)
        : refuse(outcome, read.change);
    } catch (cause) {
      // A clock or a pattern of the options' own that throws.
      const detail = 'verification threw; see cause';
      return refuse({ code: 'handler-failed', field: null, detail, state: 500, cause });
    }
  }

  return {
    receive,
    refuse: (code, detail) => refuse(notUnderstood({ code, field: null, detail })),
  };
}
