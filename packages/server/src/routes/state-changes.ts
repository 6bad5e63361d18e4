import { weakSeams } from '@doorbell/contract';
import { changesPerAppendMax, type NewChange } from '@doorbell/engine';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { AppPorts } from '../app-ports.ts';
import { checkStateChanges } from '../check-state-changes.ts';
import { invalidRequest } from '../problem.ts';
import { appendProblem } from '../problem-reply.ts';
import { problems } from '../schemas/problem.ts';
import {
  appendedAnswer,
  readChange,
  type ShownAppended,
  type StateChange,
  showAppended,
  stateChangesBody,
} from '../schemas/state-change.ts';

export function stateChangeRoutes({ engine, metrics }: AppPorts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/state-changes',
      {
        schema: {
          tags: ['state changes'],
          operationId: 'appendStateChanges',
          summary: 'Record that tasks entered states, and notify',
          description:
            `One change, or an array of 1 to ${changesPerAppendMax}: all are stored or none. ` +
            'The answer comes after the commit is on disk; an array is answered by an array in the same order.',
          body: stateChangesBody,
          response: { 202: appendedAnswer, ...problems(400, 401, 404, 409, 413, 415, 503) },
        },
        // A `oneOf` of the two shapes could not say which field of which item is wrong.
        validatorCompiler: () => (body) => {
          const faults = checkStateChanges(body);
          return faults.length > 0 ? { error: invalidRequest(faults) } : { value: body };
        },
        serializerCompiler: () => JSON.stringify,
      },
      async ({ body }, reply) => {
        const inBatch = Array.isArray(body);
        const changes = (inBatch ? body : [body as StateChange]).map(readChange);
        const appended = await engine.append(changes).catch((error) => {
          throw appendProblem(error, inBatch);
        });
        metrics.changesAppended(appended);
        const answers = appended.map((stored, index) => showAppended(stored, warningsOf(changes[index])));
        return reply.code(202).send(inBatch ? answers : (answers[0] as ShownAppended));
      },
    );
  };
}

function warningsOf(change: NewChange | undefined): ShownAppended['warnings'] {
  if (change === undefined) return [];
  const { state, houseTaskId, houseId, packageId, userId, userName, extra } = change;
  const values = { state: String(state), houseTaskId, houseId, packageId, userId, userName };
  return weakSeams([...Object.entries(values), ...Object.entries(extra)]).map((field) => ({
    code: 'weak-seam',
    field,
    detail:
      `${field} ends in a digit and the next signed value begins with one, so the MD5 sign cannot tell where one ` +
      'ends. Give the endpoint a webhookSecret: its HMAC signature has no such seam.',
  }));
}
