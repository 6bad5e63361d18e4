import { Type } from 'typebox';
import { customerId } from './id.ts';

const name = Type.String({ minLength: 1, maxLength: 256, examples: ['Acme Homes'] });
const onIllegalTransition = Type.Enum(['flag', 'refuse'], {
  default: 'flag',
  description: 'A change that the transition table does not know: record and flag it, or refuse it with 409.',
});

export const customerBody = Type.Object(
  { name, onIllegalTransition: Type.Optional(onIllegalTransition) },
  { additionalProperties: false },
);

export const customer = Type.Object({ id: customerId, name, onIllegalTransition }, { title: 'Customer' });
