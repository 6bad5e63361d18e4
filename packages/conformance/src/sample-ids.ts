/** The ids of one task. */
export interface Ids {
  readonly houseTaskId: string;
  readonly houseId: string;
  readonly packageId: string;
  readonly userId: string;
}

/**
 * The forms of all ids that the kit sends. An endpoint that checks them, as it would check its own ids, can refuse
 * the forgeries in which text moved from one id into the next.
 */
export const idPatterns: Readonly<Record<keyof Ids, RegExp>> = {
  houseTaskId: /^ct-[0-9a-f-]{1,28}X$/,
  houseId: /^ch-[^X]{1,60}X$/,
  packageId: /^cp-[0-9a-f-]{1,124}X$/,
  userId: /^cu-[0-9a-f-]{1,28}X$/,
};

/** Ids that no other task of this run has, nor any of another run; `runId` is 8 lower-case hex digits. */
export function sampleIds(runId: string, number: number): Ids {
  const own = `${runId}-${number.toString(16).padStart(3, '0')}`;
  return {
    houseTaskId: `ct-${own}X`,
    houseId: `ch-${own}X`,
    packageId: `cp-${own}X`,
    userId: `cu-${own}X`,
  };
}
