import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { AppPorts } from '../app-ports.ts';
import { notFound } from '../problem.ts';
import { customer, customerBody } from '../schemas/customer.ts';
import { customerParams } from '../schemas/id.ts';
import { problems } from '../schemas/problem.ts';

export function customerRoutes({ admin }: AppPorts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.put(
      '/customers/:customerId',
      {
        schema: {
          tags: ['customers'],
          operationId: 'putCustomer',
          summary: 'Create or replace a customer',
          params: customerParams,
          body: customerBody,
          response: { 200: customer, ...problems(400, 401, 413, 415, 503) },
        },
      },
      ({ params, body, actor }) =>
        admin.putCustomer(
          {
            id: params.customerId,
            name: body.name,
            onIllegalTransition: body.onIllegalTransition ?? 'flag',
          },
          actor,
        ),
    );

    app.get(
      '/customers',
      {
        schema: {
          tags: ['customers'],
          operationId: 'listCustomers',
          summary: 'All customers',
          response: { 200: Type.Object({ items: Type.Array(customer) }), ...problems(401, 503) },
        },
      },
      async ({ store }) => ({ items: [...(await store.listCustomers())] }),
    );

    app.get(
      '/customers/:customerId',
      {
        schema: {
          tags: ['customers'],
          operationId: 'getCustomer',
          summary: 'One customer',
          params: customerParams,
          response: { 200: customer, ...problems(400, 401, 404, 503) },
        },
      },
      async ({ params, store }) => {
        const found = await store.findCustomer(params.customerId);
        if (found === undefined) throw notFound('customer', params.customerId);
        return found;
      },
    );
  };
}
