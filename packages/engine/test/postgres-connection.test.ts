import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import pg from 'pg';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Database } from '../src/stores/postgres/database.ts';

let server: Server;
let pool: pg.Pool;
let onConnection: (socket: Socket) => void;

beforeEach(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  pool = new pg.Pool({ host: '127.0.0.1', port, user: 'doorbell', password: 'any', pipeline: true });
  pool.on('error', () => undefined);
});
afterEach(async () => {
  await pool.end();
  server.close();
  await once(server, 'close');
});

it('outlives a server that takes a connection and ends it at once', async () => {
  // As pg_terminate_backend may have it: welcome and farewell reach the client in one packet.
  onConnection = (socket) =>
    socket.once('data', () => socket.end(Buffer.concat([authenticated, readyForQuery, terminated])));
  const database = new Database(pool, 'doorbell');
  const work = database.transaction((session) => session.rows('select 1'));
  await expect(work).rejects.toThrow(/terminat|ended|not queryable/i);
});

it.each([
  ['15 s of a statement', {}, 20_000],
  ['the ten minutes of a part of retirement', { statementTimeoutMs: 600_000 }, 605_000],
])('gives a server up that says nothing any longer, after %s', async (_what, options, afterMs) => {
  const asked = Promise.withResolvers<void>();
  onConnection = (socket) =>
    socket.once('data', () => {
      socket.write(Buffer.concat([authenticated, readyForQuery]));
      socket.once('data', () => {
        // The process id of this connection, as the client asks first.
        socket.write(Buffer.concat([rowDescription, row, selected, readyForQuery]));
        socket.once('data', () => asked.resolve());
      });
    });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const database = new Database(pool, 'doorbell');
    const work = database.transaction((session) => session.rows('select 1'), options);
    const failed = work.then(
      () => 'answered',
      (error: Error) => error.message,
    );
    await asked.promise;
    vi.advanceTimersByTime(afterMs - 1);
    await expect(Promise.race([failed, onceIdle()])).resolves.toBe('nothing yet');
    vi.advanceTimersByTime(1);
    await expect(failed).resolves.toMatch(/timeout|terminated/i);
  } finally {
    vi.useRealTimers();
  }
});

/** After everything that was ready to run. */
function onceIdle(): Promise<string> {
  return new Promise((resolve) => setImmediate(() => resolve('nothing yet')));
}

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
const pidColumn = Buffer.concat([
  Buffer.from([0, 1]),
  Buffer.from('pid\0'),
  Buffer.alloc(6),
  Buffer.from([0, 0, 0, 23, 0, 4, 255, 255, 255, 255, 0, 0]),
]);
const rowDescription = message('T', pidColumn);
const row = message('D', Buffer.concat([Buffer.from([0, 1, 0, 0, 0, 1]), Buffer.from('1')]));
const selected = message('C', Buffer.from('SELECT 1\0'));
