import { VirtualClock } from '@doorbell/engine/testing';
import { expect, test } from 'vitest';
import { rowsMax, TokenRefusals } from '../src/token-refusals.ts';

function startRefusals() {
  const clock = new VirtualClock();
  const addresses: (string | null)[] = [];
  const recordAudit = async ({ actor }: { actor: { address: string | null } }) => {
    addresses.push(actor.address);
  };
  return { clock, addresses, refusals: new TokenRefusals({ recordAudit }, clock) };
}

test('one network can write so many rows and no more, and another still has its own', async () => {
  const { addresses, refusals } = startRefusals();
  for (let guess = 0; guess < 50; guess += 1) await refusals.record('link', `2001:db8:1:2::${guess}`);
  expect(addresses.length).toBe(rowsMax.ofNetwork);
  await refusals.record('link', '192.0.2.1');
  expect(addresses.length).toBe(rowsMax.ofNetwork + 1);
});

test('all networks together can write so many rows, until a quarter of an hour has passed', async () => {
  const { clock, addresses, refusals } = startRefusals();
  for (let guess = 0; guess < 300; guess += 1) await refusals.record('link', `192.0.${guess % 256}.1`);
  expect(addresses.length).toBe(rowsMax.ofAll);
  await clock.advance(15 * 60_000);
  await refusals.record('link', '192.0.2.1');
  expect(addresses.length).toBe(rowsMax.ofAll + 1);
});
