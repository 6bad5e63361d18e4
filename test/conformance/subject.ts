import type { Level } from '@doorbell/conformance';

/** What the kit is to find: exactly these cases fail, of whatever level; or none of these levels has a failure. */
export type Expectation = { readonly fails: readonly string[] } | { readonly holds: readonly Level[] };

/** An endpoint to run the kit against. */
export interface Subject {
  readonly name: string;
  readonly kind: 'careful' | 'broken' | 'sdk' | 'adapter' | 'example';
  readonly expects: Expectation;
  /** What the endpoint was told, so that the kit is told the same. */
  readonly told?: {
    readonly extra?: readonly string[];
    readonly revision?: 'seed' | '2021-05';
    readonly webhookSecret?: string;
    readonly timeoutMs?: number;
  };
  start(): Promise<Started>;
}

export interface Started {
  readonly url: string;
  readonly effectsUrl?: string;
  stop(): Promise<void>;
}

/** What every subject's key is. */
export const signKey = 'CdLvNRRQvy0xjORPNvuVaA';

/** Forgeries that keep to the contract: a receiver of MD5 alone that knows no form of the ids cannot but accept them. */
export const unavoidable: readonly string[] = [
  'forge-house-id-to-task-id',
  'forge-name-to-user-id',
  'forge-state-0',
  'forge-task-id-to-package-id',
  'forge-typed-by-visitor',
  'forge-user-id-to-name',
];
