import { attemptsMatchRequests } from './attempts-match-requests.ts';
import { beforeItsTime } from './before-its-time.ts';
import { boundedInFlight } from './bounded-in-flight.ts';
import type { Checker } from './checker.ts';
import { denseLedger } from './dense-ledger.ts';
import { duplicates } from './duplicates.ts';
import { fence } from './fence.ts';
import { noLoss } from './no-loss.ts';
import { noSurprise } from './no-surprise.ts';
import { nothingAfterTheEnd } from './nothing-after-the-end.ts';
import { oneLiveAttempt } from './one-live-attempt.ts';
import { order } from './order.ts';
import { replyMeaning } from './reply-meaning.ts';
import { retrySchedule } from './retry-schedule.ts';
import { toldInTime } from './told-in-time.ts';
import { tries } from './tries.ts';
import { waiting } from './waiting.ts';

/** Every promise, by the name under which a violation of it is reported. */
export const checkers: ReadonlyMap<string, Checker> = new Map([
  ['no loss', noLoss],
  ['order', order],
  ['duplicates', duplicates],
  ['one live attempt', oneLiveAttempt],
  ['fence', fence],
  ['nothing after the end', nothingAfterTheEnd],
  ['before its time', beforeItsTime],
  ['retry schedule', retrySchedule],
  ['reply meaning', replyMeaning],
  ['tries', tries],
  ['dense ledger', denseLedger],
  ['attempts match requests', attemptsMatchRequests],
  ['bounded in flight', boundedInFlight],
  ['waiting', waiting],
  ['told in time', toldInTime],
  ['no surprise', noSurprise],
]);
