import { quote } from './quote.ts';

/** Reads the timestamp header: exactly 13 digits, milliseconds since 1970-01-01 UTC. */
export function parseTimestamp(
  text: string,
):
  | { ok: true; epochMs: number }
  | { ok: false; code: 'timestamp-malformed' | 'timestamp-seconds'; detail: string } {
  if (/^[1-9][0-9]{12}$/.test(text)) return { ok: true, epochMs: Number(text) };
  if (/^[1-9][0-9]{9}$/.test(text)) {
    const detail = `The timestamp ${text} has 10 digits: seconds where milliseconds belong.`;
    return { ok: false, code: 'timestamp-seconds', detail };
  }
  return {
    ok: false,
    code: 'timestamp-malformed',
    detail: `The timestamp is ${quote(text)}, not 13 digits.`,
  };
}
