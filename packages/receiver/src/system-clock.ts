/** The default clock of a receiver, in epoch milliseconds; pass `now` to have another. */
export const systemNow = (): number => Date.now();
