import type { Clock, StoreAdmin } from '@doorbell/engine';
import { networkOf } from './network-of.ts';

const windowMs = 15 * 60_000;
/** Rows in each window: of one network, and of all together. Nobody can fill the audit log by guessing. */
export const rowsMax = { ofNetwork: 20, ofAll: 200 } as const;

/** Writes to the audit log that a token opened nothing: which one it claimed to be, never its text. */
export class TokenRefusals {
  readonly #admin: Pick<StoreAdmin, 'recordAudit'>;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #rowsByNetwork = new Map<string, number>();
  #rows = 0;
  #windowEndsMs = 0;

  constructor(admin: Pick<StoreAdmin, 'recordAudit'>, clock: Pick<Clock, 'monotonicMs'>) {
    this.#admin = admin;
    this.#clock = clock;
  }

  async record(target: string, address: string): Promise<void> {
    if (!this.#hasRoom(networkOf(address))) return;
    const actor = { kind: 'anonymous', id: target, address } as const;
    await this.#admin.recordAudit({ actor, action: 'session.refuse', target, before: null, after: null });
  }

  #hasRoom(network: string): boolean {
    const now = this.#clock.monotonicMs();
    if (now >= this.#windowEndsMs) {
      this.#windowEndsMs = now + windowMs;
      this.#rows = 0;
      this.#rowsByNetwork.clear();
    }
    const ofNetwork = this.#rowsByNetwork.get(network) ?? 0;
    if (ofNetwork >= rowsMax.ofNetwork || this.#rows >= rowsMax.ofAll) return false;
    this.#rowsByNetwork.set(network, ofNetwork + 1);
    this.#rows += 1;
    return true;
  }
}
