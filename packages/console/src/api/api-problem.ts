import type { Problem } from '@doorbell/server/api';
import { pageLanguage } from '../i18n/language.tsx';

/** What went wrong, in the language of the page, or why no answer came. */
export class ApiProblem extends Error {
  /** 0 when no answer came. */
  readonly status: number;
  readonly kind: string;
  readonly faults: Problem['errors'];

  constructor(status: number, kind: string, detail: string, faults: Problem['errors'] = []) {
    super(detail);
    this.name = 'ApiProblem';
    this.status = status;
    this.kind = kind;
    this.faults = faults;
  }
}

export async function readProblem(response: Response): Promise<ApiProblem> {
  const text = await response.text();
  const body = parseProblem(text);
  const kind = body?.type.replace(/^\/problems\//, '') ?? 'no-problem-body';
  const detail = body?.detail ?? `HTTP ${response.status}`;
  const isChinese = pageLanguage() === 'zh';
  const said = (isChinese && (await sayInChinese(kind, body?.errors ?? []).catch(() => undefined))) || detail;
  return new ApiProblem(response.status, kind, said, body?.errors ?? []);
}

/** From the codes, which are stable; undefined for a kind without words, and then the server's sentence stands. */
async function sayInChinese(kind: string, faults: Problem['errors']): Promise<string | undefined> {
  // Loaded when something went wrong for the first time: most visits do without.
  const { faultWords, problemWords } = await import('../i18n/zh/server-words.ts');
  const words = problemWords[kind];
  if (words === undefined) return undefined;
  const parts = faults.map(({ field, code, detail }) => {
    const what = faultWords[code] ?? detail;
    return field === null ? what : `${field} ${what}`;
  });
  return parts.length === 0 ? `${words}。` : `${words}：${parts.join('；')}。`;
}

function parseProblem(text: string): Problem | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && 'type' in body && 'detail' in body
      ? (body as Problem)
      : undefined;
  } catch {
    return undefined;
  }
}
