import build from 'fast-json-stringify';
import { expect, test, vi } from 'vitest';
import { schemaController } from '../src/schema-controller.ts';
import { startApp } from './start-app.ts';

type Compiler = (route: { readonly url: string; readonly schema: object }) => (value: unknown) => unknown;
type Factories = Record<'buildValidator' | 'buildSerializer', () => Compiler>;

test('what is compiled when it is first asked can be compiled, for every route', async () => {
  const factories = schemaController.compilersFactory as unknown as Factories;
  const makeValidator = factories.buildValidator();
  const validators: (() => unknown)[] = [];
  const serializers: (() => unknown)[] = [];
  vi.spyOn(factories, 'buildValidator').mockReturnValue((route) => {
    validators.push(() => makeValidator(route)({}));
    return makeValidator(route);
  });
  const makeSerializer = factories.buildSerializer();
  vi.spyOn(factories, 'buildSerializer').mockReturnValue((route) => {
    serializers.push(() => build(route.schema as Parameters<typeof build>[0]));
    return makeSerializer(route);
  });
  const app = await startApp();
  expect((await app.call('GET', '/healthz')).status).toBe(200);
  for (const make of [...validators, ...serializers]) expect(make).not.toThrow();
  expect([validators.length > 50, serializers.length > 300]).toEqual([true, true]);
});
