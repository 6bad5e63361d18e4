import type { ReasonCode } from '@doorbell/contract';

import { type Answer, renderAccepted, renderRefused } from './answer.ts';
import type { ReceivedChange } from './received-change.ts';
import { notUnderstood, type Refusal } from './refusal.ts';
import { RefuseError } from './refuse.ts';
import { checkOptions, type VerifyOptions } from './verify-options.ts';
import { type ReceivedRequest, readRequest } from './verify-request.ts';

export interface ReceiverOptions extends VerifyOptions {
  /**
   * Runs once per verified request; the platform is told "Success" when it returns. A change may come twice,
   * and the platform waits 15 s. Throw `Refuse(state, reason)` to choose the answer; anything else is answered 500.
   */
  readonly onChange: (change: ReceivedChange) => void | Promise<void>;
  /** Default false: HTTP 200, the envelope tells. True: the HTTP status follows the envelope's state. */
  readonly mirror?: boolean;
  /** Learns of everything that was not answered with success, the handler's own errors included. For logs: what it throws is dropped. */
  readonly onRefused?: (refusal: Refusal) => void | Promise<void>;
}

export interface Receiver {
  /** Verifies, reads, runs the handler, renders the answer. Never rejects. */
  receive(request: ReceivedRequest): Promise<Answer>;
  /** For adapters: the answer to a request that could not be read at all; the state is 500. */
  refuse(code: ReasonCode, detail: string): Answer;
}

/** Throws RangeError for an empty key, no key at all (unless `allowUnsigned`), a tolerance or extra name that cannot be. */
export function createReceiver(options: ReceiverOptions): Receiver {
  checkOptions(options);
  if (typeof options.onChange !== 'function') throw new TypeError('onChange must be a function');
  const mirror = options.mirror ?? false;

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
    let change: ReceivedChange | undefined;
    try {
      const verified = readRequest(request, options);
      if (!verified.ok) return refuse(verified.refusal);
      change = verified.change;
      await options.onChange(change);
      return renderAccepted(change);
    } catch (cause) {
      return refuse(refusalFor(cause), change);
    }
  }

  return {
    receive,
    refuse: (code, detail) => refuse(notUnderstood({ code, field: null, detail })),
  };
}

function refusalFor(cause: unknown): Refusal {
  if (cause instanceof RefuseError) {
    return { code: 'handler-refused', field: null, detail: cause.reason, state: cause.state, cause };
  }
  return { code: 'handler-failed', field: null, detail: 'the handler threw; see cause', state: 500, cause };
}
