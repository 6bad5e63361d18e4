import { answerCases } from './cases/answer.ts';
import { extraCases } from './cases/extra.ts';
import { fieldCases } from './cases/field.ts';
import { forgeCases } from './cases/forge.ts';
import { formCases } from './cases/form.ts';
import { httpCases } from './cases/http.ts';
import { repeatCases } from './cases/repeat.ts';
import { refusalCases, requestCases } from './cases/request.ts';
import { signCases } from './cases/sign.ts';
import { spellingCases } from './cases/spelling.ts';
import { stateCases } from './cases/state.ts';
import { textCases } from './cases/text.ts';
import { timestampCases } from './cases/timestamp.ts';
import { typeCases } from './cases/type.ts';
import { webhookCases } from './cases/webhook.ts';
import type { ConformanceCase } from './conformance-case.ts';

// In the order of a run. What others need comes first, and the plain delivery before everything that needs it.
const all: readonly ConformanceCase[] = [
  ...answerCases,
  ...stateCases,
  ...textCases,
  ...spellingCases,
  ...extraCases,
  ...typeCases,
  ...httpCases,
  ...signCases,
  ...timestampCases,
  ...formCases,
  ...fieldCases,
  ...requestCases,
  ...refusalCases,
  ...forgeCases,
  ...repeatCases,
  ...webhookCases,
];

/** What the id of a case starts with, such as `forge`. */
export function groupOf(id: string): string {
  return id.slice(0, id.indexOf('-'));
}

/**
 * Every case, or those whose id or group is named, with all that they need. Throws RangeError for a name that is
 * neither.
 */
export function listCases(only: readonly string[] = []): readonly ConformanceCase[] {
  if (only.length === 0) return all;
  const unknown = only.find((name) => !all.some(({ id }) => id === name || groupOf(id) === name));
  if (unknown !== undefined) {
    const groups = [...new Set(all.map(({ id }) => groupOf(id)))].join(', ');
    throw new RangeError(
      `There is no case and no group ${JSON.stringify(unknown)}. The groups are ${groups}.`,
    );
  }
  const wanted = new Set<string>();
  const want = (id: string): void => {
    wanted.add(id);
    for (const need of all.find((one) => one.id === id)?.needs ?? []) want(need);
  };
  for (const { id } of all) if (only.includes(id) || only.includes(groupOf(id))) want(id);
  return all.filter(({ id }) => wanted.has(id));
}
