import { userRoles } from '@doorbell/engine';
import { type Static, Type } from 'typebox';
import { passwordLengthMax, passwordLengthMin } from '../passwords.ts';
import type { Principal } from '../principal.ts';
import { customerId } from './id.ts';
import { nullable } from './nullable.ts';

export const userNamePattern = '^[A-Za-z0-9_][A-Za-z0-9._@-]{0,63}$';
export const userNameRule = '1 to 64 of A-Z a-z 0-9 . _ @ -, the first one a letter, a digit or _';

export const userName = Type.String({
  pattern: userNamePattern,
  description: userNameRule,
  examples: ['alice'],
});

export const userRole = Type.Enum([...userRoles], {
  description: 'viewer looks; operator also pauses, resumes, resends and tests; admin does everything.',
});

export const newPassword = Type.String({
  minLength: passwordLengthMin,
  maxLength: passwordLengthMax,
  writeOnly: true,
});

export const signInBody = Type.Object(
  {
    userName: Type.Optional(Type.String({ maxLength: 64 })),
    password: Type.Optional(Type.String({ maxLength: 1_024, writeOnly: true })),
    linkToken: Type.Optional(
      Type.String({ maxLength: 128, writeOnly: true, description: "Of a customer's link, instead." }),
    ),
  },
  { additionalProperties: false, minProperties: 1 },
);

export const setupBody = Type.Object(
  { setupToken: Type.String({ maxLength: 128, writeOnly: true }), userName, password: newPassword },
  { additionalProperties: false },
);

export const session = Type.Object(
  {
    user: Type.Object({
      name: Type.String({ description: "The user's name, or the id of the customer's link." }),
      role: Type.Enum([...userRoles, 'customer']),
      customerIds: nullable(
        Type.Array(customerId, { description: 'Whose rows are shown; null for everybody.' }),
      ),
    }),
    csrfToken: Type.String({ description: 'To be sent as X-CSRF-Token with everything but GET.' }),
  },
  { title: 'Session' },
);

export function showSession({ id, customerId, session: own }: Principal): Static<typeof session> {
  return {
    user: { name: id, role: own?.role ?? 'viewer', customerIds: customerId === null ? null : [customerId] },
    csrfToken: own?.csrfToken ?? '',
  };
}
