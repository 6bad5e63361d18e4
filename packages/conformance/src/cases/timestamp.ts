import { delivers, refuses } from '../case-shapes.ts';
import type { ConformanceCase } from '../conformance-case.ts';

interface Time {
  readonly id: string;
  readonly why: string;
  readonly sends: string;
  readonly hint: string;
  readonly of: (nowMs: number) => string;
}

const window =
  'Refuse a timestamp more than 5 minutes from your clock, in both directions, and set the clock of the machine by NTP. It is UTC in milliseconds: no time zones.';
const digits =
  'Match the text of the header against ^[1-9][0-9]{12}$ before converting it to a number: converting functions also read leading zeros, signs, spaces, exponents and more, and digits of a name can be moved there.';

const minuteMs = 60_000;
const dayMs = 86_400_000;

const bad: readonly Time[] = [
  {
    id: 'timestamp-10-minutes-old',
    why: 'Whoever overhears a notification can send it again; the window ends that after 5 minutes.',
    sends: 'a rightly signed timestamp of 10 minutes ago',
    hint: window,
    of: (nowMs) => String(nowMs - 10 * minuteMs),
  },
  {
    id: 'timestamp-1-day-old',
    why: 'A window must not depend on the time of day: taken in the wrong zone, a day can look like nothing.',
    sends: 'a rightly signed timestamp of one day ago',
    hint: window,
    of: (nowMs) => String(nowMs - dayMs),
  },
  {
    id: 'timestamp-8-hours-old',
    why: 'A receiver that mixes UTC with China time is 8 hours off.',
    sends: 'a rightly signed timestamp of 8 hours ago',
    hint: window,
    of: (nowMs) => String(nowMs - 480 * minuteMs),
  },
  {
    id: 'timestamp-10-minutes-ahead',
    why: 'A timestamp in the future would stay valid for long after it was overheard.',
    sends: 'a rightly signed timestamp of 10 minutes from now',
    hint: window,
    of: (nowMs) => String(nowMs + 10 * minuteMs),
  },
  {
    id: 'timestamp-1-day-ahead',
    why: 'A timestamp in the future would stay valid for long after it was overheard.',
    sends: 'a rightly signed timestamp of one day from now',
    hint: window,
    of: (nowMs) => String(nowMs + dayMs),
  },
  {
    id: 'timestamp-seconds',
    why: 'The timestamp is in milliseconds; whoever guesses the unit opens the window for two readings.',
    sends: 'a rightly signed timestamp of 10 digits',
    hint: 'Accept 13 digits alone; say "seconds?" in your log when there are 10.',
    of: (nowMs) => String(Math.floor(nowMs / 1000)),
  },
  {
    id: 'timestamp-leading-zeros',
    why: 'Zeros at the end of a user name can be moved to the front of the timestamp under the same sign.',
    sends: 'a rightly signed timestamp with two zeros before it',
    hint: digits,
    of: (nowMs) => `00${nowMs}`,
  },
  {
    id: 'timestamp-fraction',
    why: 'The timestamp is decimal digits, nothing else.',
    sends: 'a rightly signed timestamp that ends in .0',
    hint: digits,
    of: (nowMs) => `${nowMs}.0`,
  },
  {
    id: 'timestamp-exponent',
    why: 'The timestamp is decimal digits, nothing else.',
    sends: 'a rightly signed timestamp such as 1.7e12, within the window',
    hint: digits,
    of: (nowMs) => `${nowMs / 1e12}e12`,
  },
  {
    id: 'timestamp-hexadecimal',
    why: 'The timestamp is decimal digits, nothing else.',
    sends: 'a rightly signed timestamp such as 0x18c...',
    hint: digits,
    of: (nowMs) => `0x${nowMs.toString(16)}`,
  },
  {
    id: 'timestamp-plus-sign',
    why: 'The timestamp is decimal digits, nothing else.',
    sends: 'a rightly signed timestamp with + before it',
    hint: digits,
    of: (nowMs) => `+${nowMs}`,
  },
  {
    id: 'timestamp-underscores',
    why: 'Some languages read underscores in numbers.',
    sends: 'a rightly signed timestamp such as 1_700_000_000_000',
    hint: digits,
    of: (nowMs) => String(nowMs).replace(/(?<=\d)(?=(?:\d{3})+$)/g, '_'),
  },
  {
    id: 'timestamp-hard-space',
    why: 'Converting functions ignore spaces of all kinds.',
    sends: 'a rightly signed timestamp with U+00A0 before it',
    hint: digits,
    of: (nowMs) => `\u00a0${nowMs}`,
  },
  {
    id: 'timestamp-not-a-number',
    why: 'Compared with "not a number", no age is ever too large.',
    sends: 'timestamp: NaN, rightly signed',
    hint: digits,
    of: () => 'NaN',
  },
  {
    id: 'timestamp-infinity',
    why: 'Infinity is a number to some converting functions.',
    sends: 'timestamp: Infinity, rightly signed',
    hint: digits,
    of: () => 'Infinity',
  },
  {
    id: 'timestamp-date',
    why: 'A date as text is not the timestamp of the contract.',
    sends: 'a rightly signed timestamp such as 2026-01-31T12:00:00Z',
    hint: digits,
    of: (nowMs) => new Date(nowMs).toISOString(),
  },
];

export const timestampCases: readonly ConformanceCase[] = [
  delivers(
    {
      id: 'timestamp-2-minutes-old',
      why: 'A notification may have been under way for a while, and clocks differ.',
      sends: 'a rightly signed timestamp of 2 minutes ago',
      hint: window,
    },
    (probe) => probe.sign(probe.fields(), { timestamp: String(probe.nowMs() - 2 * minuteMs) }),
  ),
  delivers(
    {
      id: 'timestamp-2-minutes-ahead',
      why: 'The clocks of the two sides differ.',
      sends: 'a rightly signed timestamp of 2 minutes from now',
      hint: window,
    },
    (probe) => probe.sign(probe.fields(), { timestamp: String(probe.nowMs() + 2 * minuteMs) }),
  ),
  ...bad.map(({ of, ...sketch }) =>
    refuses(sketch, (probe) => probe.sign(probe.fields(), { timestamp: of(probe.nowMs()), webhook: 'none' })),
  ),
  refuses(
    {
      id: 'timestamp-twice',
      level: 'should',
      why: 'Two timestamp headers say two things; which one is signed and which one is compared may differ.',
      sends: 'the signed timestamp and another one after it',
      hint: 'Refuse a header that comes more than once (some servers join them with a comma).',
    },
    (probe) => {
      const nowMs = probe.nowMs();
      const headers = [['timestamp', String(nowMs + 1000)]] as const;
      return probe.sign(probe.fields(), { timestamp: String(nowMs), headers, webhook: 'none' });
    },
  ),
];
