/**
 * What a refusal makes the platform do: 401 and 4011 pause the endpoint until someone resumes it,
 * 403 gives this notification up for good, 500 has it sent again later.
 */
export type RefusalState = 401 | 4011 | 403 | 500;

function isRefusalState(state: number): state is RefusalState {
  return state === 401 || state === 4011 || state === 403 || state === 500;
}

// A process may hold two copies of this module, one imported and one required: a refusal of either is a refusal.
const brand: unique symbol = Symbol.for('@doorbell/receiver/RefuseError');

/** Thrown by a handler to choose the answer; its reason goes to the platform as the payload. */
export class RefuseError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && brand in value;
  }

  override readonly name = 'RefuseError';
  readonly state: RefusalState;
  readonly reason: string;

  constructor(state: number, reason: string) {
    if (!isRefusalState(state)) throw new RangeError(`state must be 401, 4011, 403 or 500, not ${state}`);
    // Callers without types leave the reason out, or give a number: the refusal itself must not fail over that.
    const text = String(reason ?? '');
    super(`${state}: ${text}`);
    Object.defineProperty(this, brand, { value: true });
    this.state = state;
    this.reason = text;
  }
}

export interface RefuseConstructor {
  (state: number, reason: string): RefuseError;
  new (state: number, reason: string): RefuseError;
}

function refuse(state: number, reason: string): RefuseError {
  return new RefuseError(state, reason);
}
refuse.prototype = RefuseError.prototype;

/** `throw Refuse(403, 'reason')`, with or without `new`; throws RangeError for a state that is no refusal. */
export const Refuse: RefuseConstructor = refuse as unknown as RefuseConstructor;
