import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { notFound, Problem } from '../problem.ts';
import { houseTask, houseTaskHistory, showChange, showTask } from '../schemas/house-task.ts';
import { customerId, houseId, houseTaskId } from '../schemas/id.ts';
import { pageOf, pageQuery, readPage } from '../schemas/page.ts';
import { problems } from '../schemas/problem.ts';
import { stateFilter } from '../schemas/state-change.ts';

export function houseTaskRoutes(): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/house-tasks',
      {
        schema: {
          tags: ['house tasks'],
          operationId: 'listHouseTasks',
          summary: 'House tasks, most recently changed first',
          querystring: Type.Object(
            {
              customerId: Type.Optional(customerId),
              houseId: Type.Optional(houseId),
              state: Type.Optional(stateFilter),
              ...pageQuery,
            },
            { additionalProperties: false },
          ),
          response: { 200: pageOf(houseTask), ...problems(400, 401, 503) },
        },
      },
      async ({ query, store }) => {
        const { customerId, houseId, state } = query;
        const page = await store.listTasks({ customerId, houseId, state }, readPage(query));
        return { items: page.items.map(showTask), next: page.next };
      },
    );

    app.get(
      '/house-tasks/:houseTaskId',
      {
        schema: {
          tags: ['house tasks'],
          operationId: 'getHouseTask',
          summary: 'One house task with its changes',
          params: Type.Object({ houseTaskId }),
          querystring: Type.Object(
            { customerId: Type.Optional(customerId) },
            { additionalProperties: false },
          ),
          response: { 200: houseTaskHistory, ...problems(400, 401, 404, 409, 503) },
        },
      },
      async ({ params, query, store }) => {
        const [task, another] = await store.findTasks(params.houseTaskId, query.customerId);
        if (task === undefined) throw notFound('house task', params.houseTaskId);
        if (another !== undefined) {
          throw new Problem(
            'ambiguous-house-task',
            'Several customers have a task of this id. Say ?customerId=.',
            [
              {
                pointer: '/customerId',
                field: 'customerId',
                code: 'field-missing',
                detail: 'Needed to tell them apart.',
              },
            ],
          );
        }
        return { ...showTask(task), changes: task.changes.map(showChange) };
      },
    );
  };
}
