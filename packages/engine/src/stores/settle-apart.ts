import type { Settlement, Verdict } from '../lane.ts';

type SettleBatch = (settlements: readonly Settlement[]) => Promise<readonly Verdict[]>;

/**
 * Settles a batch, and each by itself when there is a record among them that the database cannot hold: it must not fail
 * the others. `isUnstorable` tells such errors, after which nothing of the batch is stored.
 */
export async function settleApart(
  settleBatch: SettleBatch,
  isUnstorable: (error: unknown) => error is Error,
  settlements: readonly Settlement[],
): Promise<readonly Verdict[]> {
  try {
    return await settleBatch(settlements);
  } catch (error) {
    if (!isUnstorable(error)) throw error;
    const [only, ...others] = settlements;
    // The lane moves all the same: a poisoned record would else be sent again and again.
    if (only !== undefined && others.length === 0) return settleBatch([withoutRecord(only, error)]);
  }
  const verdicts: Verdict[] = [];
  for (const settlement of settlements) {
    verdicts.push(...(await settleApart(settleBatch, isUnstorable, [settlement])));
  }
  return verdicts;
}

function withoutRecord(settlement: Settlement, { message }: Error): Settlement {
  const detail = `What is on record of this attempt could not be stored: ${message}`;
  const attempts = settlement.attempts.map((attempt) => ({
    ...attempt,
    detail,
    requestHeaders: {},
    requestBody: '',
    httpStatus: null,
    responseState: null,
    responseBody: null,
    durationMs: 0,
  }));
  return { ...settlement, attempts };
}
