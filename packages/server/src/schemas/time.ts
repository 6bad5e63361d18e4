import type { EpochMs } from '@doorbell/engine';
import { Type } from 'typebox';
import { invalidRequest } from '../problem.ts';
import { fault } from '../validate.ts';

/** Times in answers: ISO 8601 in UTC with milliseconds. */
export const time = Type.String({ format: 'date-time', examples: ['2026-11-24T08:00:00.000Z'] });

/** Times in queries: ISO 8601 with a zone, or milliseconds since 1970. */
export function queryTime(meaning: string) {
  return Type.String({
    maxLength: 40,
    description: `${meaning} ISO 8601 with a zone, or milliseconds since 1970-01-01 UTC.`,
    examples: ['2026-11-24T08:00:00.000Z'],
  });
}

const iso = /^(\d{4})-(\d{2})-(\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

export function showTime(at: EpochMs): string {
  return new Date(at).toISOString();
}

export function showTimeOrNull(at: EpochMs | null): string | null {
  return at === null ? null : showTime(at);
}

/** Reads a `queryTime`. Throws the problem that names it by the pointer. */
export function readTime(pointer: string, text: string): EpochMs {
  const at = /^\d{1,15}$/.test(text) ? Number(text) : parseIso(text);
  if (Number.isNaN(at) || at > 8_640_000_000_000_000) {
    throw invalidRequest([
      fault(
        pointer,
        'field-not-allowed',
        'must be a time in ISO 8601 with a zone, or milliseconds since 1970',
      ),
    ]);
  }
  return at;
}

function parseIso(text: string): EpochMs {
  const [, year, month, day] = iso.exec(text) ?? [];
  if (day === undefined) return Number.NaN;
  // Date.parse goes on into the next month for a day that this one does not have.
  const daysInMonth = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number(day) <= daysInMonth ? Date.parse(text) : Number.NaN;
}
