import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Database } from '../src/stores/postgres/database.ts';

let server: Server;
let pool: pg.Pool;

beforeEach(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    // As pg_terminate_backend may have it: welcome and farewell reach the client in one packet.
    socket.once('data', () => socket.end(Buffer.concat([authenticated, readyForQuery, terminated])));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  pool = new pg.Pool({ host: '127.0.0.1', port, user: 'doorbell', password: 'any' });
  pool.on('error', () => undefined);
});
afterEach(async () => {
  await pool.end();
  server.close();
  await once(server, 'close');
});

it('outlives a server that takes a connection and ends it at once', async () => {
  const database = new Database(pool, 'doorbell');
  const work = database.transaction((session) => session.rows('select 1'));
  await expect(work).rejects.toThrow(/terminat|ended|not queryable/i);
});

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const authenticated = message('R', Buffer.alloc(4));
const readyForQuery = message('Z', Buffer.from('I'));
const terminated = message(
  'E',
  Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0', 'latin1'),
);
