import type { AttemptRecord } from '@doorbell/engine';
import type { Checker, Report } from './checker.ts';
import type { ClaimState } from './lane-state.ts';

/** Every request is on record with what was sent; a claim that nobody told about is recorded as lost; nothing else is. */
export const attemptsMatchRequests: Checker = {
  observe() {
    // Everything is compared at the end.
  },
  finish(book, final, report) {
    const rows = new Map<string, AttemptRecord[]>();
    for (const { key, attempts } of final.notifications) {
      for (const row of attempts) {
        const position = `${key}@${row.epoch}`;
        rows.set(position, [...(rows.get(position) ?? []), row]);
      }
    }
    for (const lane of book.lanes.values()) {
      for (const claim of lane.claims) {
        const position = `${lane.key}.${claim.claim.sequence}@${claim.claim.epoch}`;
        compare(position, claim, rows.get(position) ?? [], report);
        rows.delete(position);
      }
    }
    for (const position of rows.keys()) report(`${position} is on record and was never claimed.`);
  },
};

function compare(position: string, claim: ClaimState, rows: readonly AttemptRecord[], report: Report): void {
  const isTold = claim.told !== null && claim.told.attempts.length > 0;
  const isLost = !isTold && (claim.end === 'expired' || claim.end === 'void');
  if (isLost) {
    if (rows.length !== 1 || rows[0]?.reason !== 'lost') {
      report(`${position} ended untold and is not on record as lost.`);
    }
    return;
  }
  const posts = isTold ? claim.posts : [];
  if (rows.length !== posts.length) {
    report(`${position}: ${rows.length} attempts on record of ${posts.length} requests.`);
    return;
  }
  posts.forEach(({ request, reply }, index) => {
    const row = rows[index];
    const status = reply?.httpStatus ?? null;
    const isSame = row?.requestBody === request.body && row.url === request.url && row.httpStatus === status;
    if (!isSame) report(`${position}: attempt ${index + 1} is on record with other contents.`);
    if (
      row?.fenced !==
      (claim.end !== 'advanced' &&
        claim.end !== 'parked' &&
        claim.end !== 'retried' &&
        claim.end !== 'unspent')
    ) {
      report(
        `${position}: attempt ${index + 1} is on record as ${row?.fenced ? 'fenced' : 'applied'}, and its claim ended ${claim.end}.`,
      );
    }
  });
}
