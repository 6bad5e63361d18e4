import {
  AppendRefused,
  EndpointTaken,
  InvalidChanges,
  InvalidCursor,
  LastAdmin,
  PausedByOperator,
  UnknownCustomer,
  UserExists,
} from '@doorbell/engine';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { answerBeforeBody, hasUnreadBody } from './answer-before-body.ts';
import { isStoreFailure } from './is-store-failure.ts';
import { invalidRequest, Problem } from './problem.ts';
import { fault } from './validate.ts';

/** Answers every error as problem+json; what is not meant for the caller is logged and told as 500 or 503. */
export function replyWithProblems(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error);
    if (problem.status >= 500) request.log.error({ reqId: request.id, err: error }, problem.message);
    return sendProblem(reply, problem);
  });
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  reply.code(problem.status).headers(problem.headers).type('application/problem+json; charset=utf-8');
  const text = JSON.stringify(problem.toBody());
  return hasUnreadBody(reply.request.raw) ? answerBeforeBody(reply, text) : reply.send(text);
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof UnknownCustomer) {
    return new Problem('unknown-customer', error.message, [
      { pointer: '/customerId', field: 'customerId', code: 'unknown-customer', detail: error.message },
    ]);
  }
  if (error instanceof EndpointTaken) {
    return new Problem('customer-fixed', error.message, [
      { pointer: '/customerId', field: 'customerId', code: 'customer-fixed', detail: error.message },
    ]);
  }
  if (error instanceof PausedByOperator) return new Problem('paused-by-operator', error.message);
  if (error instanceof UserExists) return new Problem('user-exists', error.message);
  if (error instanceof LastAdmin) return new Problem('last-admin', error.message);
  if (error instanceof InvalidCursor) {
    return invalidRequest([fault('/cursor', 'field-not-allowed', 'must be the `next` of the page before')]);
  }
  if (isStoreFailure(error)) return storeUnavailable();
  return (
    fastifyProblem(error) ?? new Problem('internal', 'The failure was logged. The request may be repeated.')
  );
}

/** Answers for `Engine.append`. `inBatch`: pointers begin with the position in the batch. */
export function appendProblem(error: unknown, inBatch: boolean): Problem {
  const at = (index: number) => (inBatch ? `/${index}` : '');
  if (error instanceof InvalidChanges) {
    return invalidRequest(
      error.faults.map(({ index, field, code, detail }) => {
        const pointer = field === null ? at(index) : `${at(index)}${fieldPointer(field, code)}`;
        return { pointer, field, code, detail };
      }),
    );
  }
  if (error instanceof AppendRefused) {
    const field = refusedFields[error.reason];
    const pointer = `${at(error.index)}/${field}`;
    return new Problem(error.reason, error.message, [
      { pointer, field, code: error.reason, detail: error.message },
    ]);
  }
  return toProblem(error);
}

const refusedFields = {
  'unknown-customer': 'customerId',
  'illegal-transition': 'state',
  'event-id-reused': 'eventId',
} as const;

const changeFields: readonly string[] = [
  'state',
  'houseTaskId',
  'houseId',
  'packageId',
  'userId',
  'userName',
  'eventId',
];

/** The contract names extra parameters like fields; in the body they are one level down. */
export function fieldPointer(field: string, code: string): string {
  const isExtra = code.startsWith('extra-') || !changeFields.includes(field);
  const token = field.replaceAll('~', '~0').replaceAll('/', '~1');
  return isExtra ? `/extra/${token}` : `/${token}`;
}

function storeUnavailable(): Problem {
  return new Problem(
    'store-unavailable',
    'Repeat the request later. A change that has an eventId is recorded once, however often it is repeated.',
    [],
    { 'retry-after': '5' },
  );
}

function fastifyProblem(error: unknown): Problem | undefined {
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  switch (code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return unsupportedMediaType();
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return bodyTooLarge();
    case 'FST_ERR_BAD_URL':
      return new Problem('invalid-request', 'The path holds malformed percent-encoding.');
    default:
      return statusCode !== undefined && statusCode >= 400 && statusCode < 500
        ? new Problem('invalid-request', 'The request could not be read to its end as HTTP.')
        : undefined;
  }
}

function bodyTooLarge(): Problem {
  const detail = 'The body is over 4 MiB. Split the batch.';
  return new Problem('body-too-large', detail, [
    { pointer: '', field: 'body', code: 'body-too-large', detail },
  ]);
}

export function unsupportedMediaType(): Problem {
  return new Problem(
    'unsupported-media-type',
    'Send Content-Type: application/json, in UTF-8 and not compressed.',
    [
      {
        pointer: '',
        field: 'content-type',
        code: 'content-type-unsupported',
        detail: 'Must be application/json.',
      },
    ],
  );
}
