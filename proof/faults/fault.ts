/** A test that shows a fault's outcome: its file, and words of its full name, with those of the describes around it. */
export interface ShownByTest {
  readonly file: string;
  readonly named: string;
}

/** A proof of its own, which the gate runs besides. */
export interface ShownByCommand {
  readonly command: string;
}

/** One of the 72 faults that Doorbell survives, and what has to come of it. */
export interface Fault {
  readonly number: number;
  readonly fault: string;
  readonly expected: string;
  readonly shownBy: readonly (ShownByTest | ShownByCommand)[];
}

export type Group = readonly Fault[];
