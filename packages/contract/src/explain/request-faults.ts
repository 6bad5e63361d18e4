import { quote } from '../quote.ts';
import { parseTimestamp } from '../timestamp.ts';
import { type Finding, faultFound } from './finding.ts';

/** What a receiver would refuse about the header Content-Type; an empty one is accepted. */
export function listContentTypeFaults(header: string): readonly Finding[] {
  const [mediaType = '', ...parameters] = header.split(';').map((part) => part.trim().toLowerCase());
  if (!['', 'application/x-www-form-urlencoded', 'x-www-form-urlencoded'].includes(mediaType)) {
    return [faultFound({ code: 'content-type-unsupported', detail: `It is ${quote(mediaType)}.` })];
  }
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  if (charset === undefined || /^"?utf-?8"?$/.test(charset)) return [];
  return [faultFound({ code: 'charset-unsupported', detail: `It is ${quote(charset)}.` })];
}

/** What a receiver would refuse about the header timestamp; its age only when `now` is given. */
export function listTimestampFaults(input: {
  timestamp: string | null;
  now?: number;
  toleranceMs?: number;
}): readonly Finding[] {
  if (input.timestamp === null) return [faultFound({ code: 'timestamp-missing', detail: null })];
  const parsed = parseTimestamp(input.timestamp);
  if (!parsed.ok) return [faultFound(parsed)];
  const { now, toleranceMs = 300_000 } = input;
  if (now === undefined || Math.abs(now - parsed.epochMs) <= toleranceMs) return [];
  const code = parsed.epochMs < now ? 'timestamp-stale' : 'timestamp-future';
  const seconds = Math.round(Math.abs(now - parsed.epochMs) / 1000);
  const detail = `It lies ${seconds} s ${code === 'timestamp-stale' ? 'before' : 'after'} the receipt.`;
  return [faultFound({ code, detail })];
}
