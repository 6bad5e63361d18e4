import type { Change } from '../../change.ts';

/** Extra parameters as one text, sorted by name so that equal ones compare equal; null for none. */
export function extraText(extra: Change['extra']): string | null {
  const names = Object.keys(extra);
  if (names.length === 0) return null;
  return JSON.stringify(names.sort().map((name) => [name, extra[name]]));
}

export function extraOf(text: string | null): Change['extra'] {
  if (text === null) return {};
  return Object.fromEntries(JSON.parse(text) as [string, string][]);
}
