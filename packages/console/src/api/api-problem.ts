import type { Problem } from '@doorbell/server/api';

/** The server's own words on what went wrong, or why no answer came. */
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
  return new ApiProblem(response.status, kind, body?.detail ?? `HTTP ${response.status}`, body?.errors ?? []);
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
