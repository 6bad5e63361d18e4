/** Who owns endpoints and tasks. */
export interface Customer {
  /** 1 to 64 of `A-Z a-z 0-9 . _ -`. */
  readonly id: string;
  readonly name: string;
  /** What to do with a change that the transition table of the contract does not know. */
  readonly onIllegalTransition: 'flag' | 'refuse';
}
