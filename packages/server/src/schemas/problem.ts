import { Type } from 'typebox';
import { faultsListedMax } from '../problem.ts';
import { nullable } from './nullable.ts';

const problemFault = Type.Object({
  pointer: Type.String({
    description: 'JSON Pointer into the body, or `/<name>` of a parameter.',
    examples: ['/3/state'],
  }),
  field: nullable(Type.String({ examples: ['state'] })),
  code: Type.String({ description: 'Stable and machine-readable.', examples: ['state-unknown'] }),
  detail: Type.String(),
});

/** RFC 9457. */
export const problem = Type.Object(
  {
    type: Type.String({
      description: 'Stable: tells one kind of problem from another.',
      examples: ['/problems/invalid-request'],
    }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    errors: Type.Array(problemFault, {
      maxItems: faultsListedMax,
      description: `Every field at fault, up to ${faultsListedMax} of them.`,
    }),
  },
  { title: 'Problem' },
);

interface ProblemResponse {
  readonly description: string;
  readonly content: { readonly 'application/problem+json': { readonly schema: typeof problem } };
}

/** Entries for a route's `response`, by status. */
export function problems<const S extends number>(...statuses: readonly S[]): Record<S, ProblemResponse> {
  const response = (status: S): [S, ProblemResponse] => [
    status,
    {
      description: descriptions[status] ?? 'Problem',
      content: { 'application/problem+json': { schema: problem } },
    },
  ];
  return Object.fromEntries(statuses.map(response)) as Record<S, ProblemResponse>;
}

const descriptions: Readonly<Record<number, string>> = {
  400: 'The request is not valid; every offending field is named.',
  401: 'No API key and no session, or one that is not known.',
  403: 'The key, the role or the link does not allow it.',
  404: 'There is no such thing.',
  409: 'It conflicts with what is stored.',
  413: 'The body is over 4 MiB.',
  415: 'The body is not application/json in UTF-8.',
  429: 'Too many requests; Retry-After says when to come again.',
  503: 'The database does not take it now. Repeat it later.',
};
