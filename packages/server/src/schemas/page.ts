import type { PageRequest } from '@doorbell/engine';
import { type TSchema, Type } from 'typebox';
import { nullable } from './nullable.ts';

export const pageQuery = {
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 512, description: '`next` of the page before.' }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
};

export function pageOf<T extends TSchema>(item: T) {
  return Type.Object({
    items: Type.Array(item),
    next: nullable(Type.String({ description: '`cursor` of the next page; null on the last one.' })),
  });
}

export function readPage({
  cursor,
  limit,
}: {
  cursor?: string | undefined;
  limit?: number | undefined;
}): PageRequest {
  return { limit: limit ?? 50, cursor };
}
