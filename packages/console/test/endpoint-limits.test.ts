import { expect, it, onTestFinished } from 'vitest';
import { endpointLimits } from '../src/pages/endpoints/endpoint-limits.ts';
import { startWorld } from './world/world.ts';

interface Limit {
  readonly minimum: number;
  readonly maximum: number;
}

it('the form for endpoints has the limits of the API', async () => {
  const world = await startWorld();
  onTestFinished(() => world.close());
  // biome-ignore lint/suspicious/noExplicitAny: the document is walked as plain JSON.
  const document: any = await (await fetch(`${world.url}/openapi.json`)).json();
  const body =
    document.paths['/v1/endpoints/{endpointId}'].put.requestBody.content['application/json'].schema;
  const { properties } = body.$ref ? document.components.schemas[body.$ref.split('/').at(-1)] : body;
  const hourMs = 3_600_000;
  const ofApi = ({ minimum, maximum }: Limit, unit = 1) => [minimum / unit, maximum / unit];
  const form = Object.fromEntries(endpointLimits.map(([name, min, max]) => [name, [min, max]]));
  expect(form).toEqual({
    inFlightMax: ofApi(properties.inFlightMax),
    connectTimeoutMs: ofApi(properties.connectTimeoutMs),
    totalTimeoutMs: ofApi(properties.totalTimeoutMs),
    // Tenths of an hour are what people type; the API goes down to a minute.
    retryHorizonHours: [0.1, ofApi(properties.retryHorizonMs, hourMs)[1]],
  });
});
