import build from 'fast-json-stringify';
import type { FastifyServerOptions } from 'fastify';
import { validatorCompiler } from './validate.ts';

type SchemaController = NonNullable<FastifyServerOptions['schemaController']>;
type Schema = Parameters<typeof build>[0];

/**
 * Writes answers as Fastify does, without what the schema does not name. Made for an answer when it is first given, since a
 * process starts with hundreds of them.
 */
function serializerCompiler({ schema }: { readonly schema: Schema }): (value: unknown) => string {
  let serialize: ((value: unknown) => string) | undefined;
  return (value) => {
    serialize ??= build(schema);
    return serialize(value);
  };
}

/** Given to Fastify as it is made, so that it does not load a validator of its own. Its types know only those that it would make. */
export const schemaController: SchemaController = {
  compilersFactory: {
    buildValidator: () => validatorCompiler,
    buildSerializer: () => serializerCompiler,
  },
} as unknown as SchemaController;
