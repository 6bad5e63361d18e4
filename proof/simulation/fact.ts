import type {
  Appended,
  Claim,
  Endpoint,
  NewChange,
  Notice,
  NoticeSettlement,
  Reply,
  Settlement,
  SignedRequest,
  Verdict,
} from '@doorbell/engine';

/** How an endpoint's answer counts, as the one who made up the answer meant it: the contract's table, not the engine's. */
export type Meaning = 'accepted' | 'refused' | 'unauthorized' | 'gone' | 'retry';

/** Where a crash can fall: each is a moment at which a claim or an append is half done. */
export const crashSteps = [
  'append-queued',
  'append-committed',
  'claim-queued',
  'claim-committed',
  'posted',
  'arrived',
  'settle-queued',
  'settle-committed',
] as const;
export type CrashStep = (typeof crashSteps)[number];

/**
 * What really happened, in the order in which it happened. Facts about the database are told when its transaction has
 * committed, whether or not anyone lived to hear of it.
 */
export type Event =
  | {
      readonly kind: 'appended';
      readonly batch: number;
      readonly change: NewChange;
      readonly result: Appended;
    }
  | {
      readonly kind: 'append-refused';
      readonly batch: number;
      readonly reason: string;
      readonly changes: readonly NewChange[];
    }
  | { readonly kind: 'acknowledged'; readonly batch: number; readonly results: readonly Appended[] }
  | {
      readonly kind: 'claimed';
      readonly worker: number;
      readonly askedAtMs: number;
      readonly calledAtMs: number;
      readonly claim: Claim;
    }
  | {
      readonly kind: 'settled';
      readonly worker: number;
      readonly settlement: Settlement;
      readonly verdict: Verdict;
    }
  | {
      readonly kind: 'posted';
      readonly worker: number;
      readonly post: number;
      readonly houseTaskId: string;
      readonly request: SignedRequest;
      readonly wallMs: number;
    }
  | { readonly kind: 'arrived'; readonly post: number; readonly answer: string; readonly means: Meaning }
  | {
      readonly kind: 'replied';
      readonly worker: number;
      readonly post: number;
      readonly reply: Reply;
      readonly means: Meaning;
      readonly wallMs: number;
    }
  | { readonly kind: 'notice-claimed'; readonly notice: Notice }
  | { readonly kind: 'notice-posted'; readonly post: number; readonly request: SignedRequest }
  | { readonly kind: 'notice-replied'; readonly post: number; readonly answered: boolean }
  | { readonly kind: 'notice-settled'; readonly settlement: NoticeSettlement }
  | {
      readonly kind: 'customer-saved';
      readonly customerId: string;
      readonly onIllegalTransition: 'flag' | 'refuse';
    }
  | { readonly kind: 'endpoint-saved'; readonly endpoint: Endpoint }
  | { readonly kind: 'paused'; readonly endpointId: string }
  | { readonly kind: 'resumed'; readonly endpointId: string }
  | { readonly kind: 'key-rotated'; readonly endpoint: Endpoint }
  | { readonly kind: 'resent'; readonly laneId: number; readonly sequence: number; readonly resent: number }
  | { readonly kind: 'process-started'; readonly incarnation: number }
  | {
      readonly kind: 'process-ended';
      readonly how: 'crashed' | 'stopped' | 'abandoned';
      readonly at: CrashStep | 'anytime';
    }
  | { readonly kind: 'worker-started'; readonly worker: number }
  | { readonly kind: 'worker-ended'; readonly worker: number }
  | { readonly kind: 'stalled'; readonly worker: number | 'process'; readonly untilMs: number }
  | { readonly kind: 'jumped'; readonly ms: number }
  /** A fault of the store or of a hint that its caller noticed; for so long, waiting proves nothing. */
  | { readonly kind: 'disturbed'; readonly by: string; readonly untilMs: number }
  | {
      readonly kind: 'engine-failed';
      readonly doing: string;
      readonly error: string;
      readonly injected: boolean;
    }
  | { readonly kind: 'hint-lost' }
  | { readonly kind: 'healed' };

export type Fact = Event & { readonly atMs: number };
export type FactOf<Kind extends Event['kind']> = Extract<Fact, { kind: Kind }>;
