import {
  createReceiver,
  type ReceivedChange,
  type Receiver,
  type ReceiverOptions,
  type Refusal,
} from '@doorbell/receiver';

import { KEY, NOW } from './signed-request.ts';

export interface Recorded {
  receiver: Receiver;
  changes: ReceivedChange[];
  refusals: Refusal[];
}

/** A receiver whose clock stands at NOW and which keeps what it was given. */
export function recordingReceiver(options: Partial<ReceiverOptions> = {}): Recorded {
  const changes: ReceivedChange[] = [];
  const refusals: Refusal[] = [];
  const receiver = createReceiver({
    signKeys: KEY,
    now: () => NOW,
    onChange: (change) => {
      changes.push(change);
    },
    onRefused: (refusal) => {
      refusals.push(refusal);
    },
    ...options,
  });
  return { receiver, changes, refusals };
}
