import { connect } from 'node:net';
import pg from 'pg';
import { expect, test } from 'vitest';
import { isStoreFailure } from '../src/is-store-failure.ts';

const ofServer = (code: string) =>
  Object.assign(new pg.DatabaseError('m', 1, 'error'), { code, severity: 'FATAL' });

test.each([
  ['08006', 'the connection broke'],
  ['0A000', 'a standby was to begin what writes'],
  ['25006', 'it has become a standby'],
  ['25P03', 'this process stood still in a transaction'],
  ['25P04', 'the transaction took too long'],
  ['28P01', 'the password was changed'],
  ['40P01', 'deadlock, again and again'],
  ['53100', 'the disk is full'],
  ['53300', 'too many connections'],
  ['55000', 'no connections to this database'],
  ['55P03', 'a lock was not had in time'],
  ['57014', 'the statement took too long'],
  ['57P01', 'shut down'],
  ['57P03', 'starting up'],
  ['58030', 'the disk failed'],
])('may be repeated after %s of PostgreSQL: %s', (code) => {
  expect(isStoreFailure(ofServer(code))).toBe(true);
});

test.each(['22003', '22P05', '23505', '42P01', '42501', 'XX000', 'DBR01'])(
  'is a fault of our own, and no reason to repeat, after %s',
  (code) => {
    expect(isStoreFailure(ofServer(code))).toBe(false);
  },
);

test('may be repeated after what pg says when no server is there, or the pool is closed', async () => {
  const pool = new pg.Pool({ host: '127.0.0.1', port: 1, user: 'u' });
  expect(isStoreFailure(await pool.query('select 1').catch((error: Error) => error))).toBe(true);
  await pool.end();
  expect(isStoreFailure(await pool.query('select 1').catch((error: Error) => error))).toBe(true);
  const socket = connect(1, '127.0.0.1');
  const [refused] = await new Promise<[Error]>((resolve) =>
    socket.once('error', (error) => resolve([error])),
  );
  expect(isStoreFailure(refused)).toBe(true);
});

test('has no opinion on anything else', () => {
  for (const other of [new Error('Something'), new TypeError('terminated'), 'text', null, undefined]) {
    expect(isStoreFailure(other)).toBe(false);
  }
});
