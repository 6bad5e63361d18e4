const QUOTED_MAX = 60;

/** Input as it may stand in a detail or a log line: JSON-escaped, cut at 60 characters. */
export function quote(text: string): string {
  return JSON.stringify(text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX)}...` : text);
}
