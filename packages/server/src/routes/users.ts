import type { User } from '@doorbell/engine';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import type { AppPorts } from '../app-ports.ts';
import { hashPassword } from '../passwords.ts';
import { notFound } from '../problem.ts';
import { problems } from '../schemas/problem.ts';
import { newPassword, userName, userRole } from '../schemas/session.ts';
import { showTime, time } from '../schemas/time.ts';

export const user = Type.Object(
  { name: userName, role: userRole, disabled: Type.Boolean(), createdAt: time, updatedAt: time },
  { title: 'User' },
);

const userBody = Type.Object(
  { name: userName, role: userRole, password: newPassword },
  { additionalProperties: false },
);

const userEdit = Type.Object(
  {
    role: Type.Optional(userRole),
    disabled: Type.Optional(Type.Boolean()),
    password: Type.Optional(newPassword),
  },
  { additionalProperties: false, minProperties: 1 },
);

function showUser({ name, role, disabled, createdAt, updatedAt }: User): Static<typeof user> {
  return { name, role, disabled, createdAt: showTime(createdAt), updatedAt: showTime(updatedAt) };
}

/** Who may sign in to the console. */
export function userRoutes({ admin, clock, randomBytes }: AppPorts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/users',
      {
        schema: {
          tags: ['access'],
          operationId: 'listUsers',
          summary: 'All users',
          response: { 200: Type.Object({ items: Type.Array(user) }), ...problems(401, 503) },
        },
      },
      async () => ({ items: (await admin.listUsers()).map(showUser) }),
    );

    app.post(
      '/users',
      {
        schema: {
          tags: ['access'],
          operationId: 'createUser',
          summary: 'Let someone sign in',
          body: userBody,
          response: { 201: user, ...problems(400, 401, 409, 413, 415, 503) },
        },
      },
      async ({ body, actor }, reply) => {
        const now = clock.now();
        const passwordHash = await hashPassword(body.password, randomBytes);
        const { name, role } = body;
        const made: User = { name, role, passwordHash, disabled: false, createdAt: now, updatedAt: now };
        await admin.createUser(made, actor);
        return reply.code(201).send(showUser(made));
      },
    );

    app.patch(
      '/users/:userName',
      {
        schema: {
          tags: ['access'],
          operationId: 'editUser',
          summary: 'Change role or password, close an account or open it again',
          description: 'A new password, and closing, end the sessions of the user. The last admin stays.',
          params: Type.Object({ userName }),
          body: userEdit,
          response: { 200: user, ...problems(400, 401, 404, 409, 413, 415, 503) },
        },
      },
      async ({ params, body, actor }) => {
        const { role, disabled, password } = body;
        const passwordHash = password === undefined ? undefined : await hashPassword(password, randomBytes);
        const edited = await admin.editUser(params.userName, { role, disabled, passwordHash }, actor);
        if (edited === undefined) throw notFound('user', params.userName);
        return showUser(edited);
      },
    );
  };
}
