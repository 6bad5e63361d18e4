/** Every way a call can fail. The slug is stable: clients may branch on it. */
export const problemKinds = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  'invalid-json': { status: 400, title: 'The body is not the JSON that is asked for' },
  unauthorized: { status: 401, title: 'An API key or a session is needed' },
  forbidden: { status: 403, title: 'The caller may not do this' },
  'insecure-transport': { status: 403, title: 'The connection is not confidential' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'unknown-customer': { status: 404, title: 'There is no such customer' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  'illegal-transition': { status: 409, title: 'The task cannot go from its state to this one' },
  'event-id-reused': { status: 409, title: 'The eventId stands for another change' },
  'ambiguous-house-task': { status: 409, title: 'Several customers have a task of this id' },
  'customer-fixed': { status: 409, title: 'An endpoint keeps its customer' },
  'user-exists': { status: 409, title: 'There is a user of this name' },
  'last-admin': { status: 409, title: 'One admin has to stay' },
  'conformance-running': { status: 409, title: 'The endpoint is being judged already' },
  'unsigned-endpoint': { status: 409, title: 'The endpoint has no sign key' },
  'paused-by-operator': { status: 409, title: 'An operator has paused the endpoint' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be application/json in UTF-8' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'The request headers are too large' },
  internal: { status: 500, title: 'Something went wrong inside Doorbell' },
  'too-many-matches': { status: 409, title: 'More matches than a customer may resend at a time' },
  'resend-running': { status: 409, title: 'A resend of the customer is running already' },
  'more-than-expected': { status: 409, title: 'More matches than was expected' },
  'too-many-streams': { status: 503, title: 'As many streams are open already as this process serves' },
  'store-unavailable': { status: 503, title: 'The database does not take it now' },
} as const;

export type ProblemKind = keyof typeof problemKinds;

/** One offending field. */
export interface ProblemFault {
  /** JSON Pointer into the body (`/3/state`), or `/<name>` of a query or path parameter; empty for the whole. */
  readonly pointer: string;
  readonly field: string | null;
  readonly code: string;
  readonly detail: string;
}

/** RFC 9457 `application/problem+json`. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors: readonly ProblemFault[];
}

/** Beyond this many faults a list helps nobody; the detail says that it was cut. */
export const faultsListedMax = 100;

/** Thrown anywhere in a call; becomes its problem+json answer. Its texts are shown to the caller. */
export class Problem extends Error {
  readonly kind: ProblemKind;
  readonly faults: readonly ProblemFault[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    kind: ProblemKind,
    detail: string,
    faults: readonly ProblemFault[] = [],
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.name = 'Problem';
    this.kind = kind;
    this.faults = faults;
    this.headers = headers;
  }

  get status(): number {
    return problemKinds[this.kind].status;
  }

  toBody(): ProblemBody {
    const { status, title } = problemKinds[this.kind];
    const cut = this.faults.length > faultsListedMax;
    return {
      type: `/problems/${this.kind}`,
      title,
      status,
      detail: cut ? `${this.message} Only the first ${faultsListedMax} faults are listed.` : this.message,
      errors: cut ? this.faults.slice(0, faultsListedMax) : this.faults,
    };
  }
}

/** A 400 that says how many fields are at fault and names each of them. */
export function invalidRequest(faults: readonly ProblemFault[]): Problem {
  const [first] = faults;
  const detail =
    faults.length === 1 && first !== undefined
      ? first.detail
      : `${faults.length > faultsListedMax ? `More than ${faultsListedMax}` : faults.length} fields are at fault.`;
  return new Problem('invalid-request', detail, faults);
}

export function notFound(what: string, id: string): Problem {
  return new Problem('not-found', `There is no ${what} ${JSON.stringify(id)}.`);
}

/** A 429 that says when to come again. */
export function tooManyRequests(waitMs: number): Problem {
  const seconds = String(Math.max(1, Math.ceil(waitMs / 1_000)));
  return new Problem('too-many-requests', `Come again in ${seconds} s.`, [], { 'retry-after': seconds });
}

/** Escapes one reference token of a JSON Pointer (RFC 6901). */
export function pointerToken(key: string | number): string {
  return String(key).replaceAll('~', '~0').replaceAll('/', '~1');
}
