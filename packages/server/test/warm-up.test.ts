import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { warmUp } from '../src/warm-up.ts';
import { startApp } from './start-app.ts';

const logger = pino({ level: 'silent' });

test('the first page of the list is asked for once before anybody does', async () => {
  const { store } = await startApp();
  const asked = vi.spyOn(store, 'listNotifications');
  await warmUp({ admin: store, logger });
  expect(asked.mock.calls).toEqual([[{}, { limit: 50 }]]);
});

test('a database that does not answer then is no failure', async () => {
  const { store } = await startApp();
  vi.spyOn(store, 'listNotifications').mockRejectedValueOnce(new Error('away'));
  await expect(warmUp({ admin: store, logger })).resolves.toBeUndefined();
});
