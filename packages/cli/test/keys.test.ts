import { existsSync } from 'node:fs';
import { stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dataFolder } from './data-folder.ts';
import { runDoorbell } from './run-doorbell.ts';

const keyFormat = /^dbk_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$/;

describe('doorbell keys', () => {
  it('create makes the data where there is none and prints the key alone', async () => {
    const data = join(await dataFolder(), 'new');
    const { exitCode, stdout, stderr } = await runDoorbell(['keys', 'create', '--data', data]);
    expect(stdout).toMatch(keyFormat);
    expect([exitCode, stderr]).toEqual([0, '']);
  });

  it('create --json prints {"key": ...}', async () => {
    const { stdout } = await runDoorbell(['keys', 'create', '--json', '--data', await dataFolder()]);
    expect(JSON.parse(stdout)).toEqual({ key: expect.stringMatching(keyFormat) });
  });

  it('list shows id, time and name of each key, and no secret', async () => {
    const data = await dataFolder();
    const { stdout: key } = await runDoorbell(['keys', 'create', '--data', data, '--name', 'billing']);
    const listed = await runDoorbell(['keys', 'list', '--data', data, '--json']);
    expect(JSON.parse(listed.stdout)).toEqual([
      {
        id: key.split('_')[1],
        name: 'billing',
        scopes: ['append', 'read', 'operate', 'admin'],
        createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
        lastUsedAt: null,
        revokedAt: null,
      },
    ]);
    expect(listed.stdout).not.toContain(key.split('_')[2]);
  });

  it('create --scope makes a key that may do that and no more', async () => {
    const data = await dataFolder();
    await runDoorbell(['keys', 'create', '--data', data, '--scope', 'append', 'read']);
    const listed = await runDoorbell(['keys', 'list', '--data', data, '--json']);
    expect(JSON.parse(listed.stdout)).toMatchObject([{ scopes: ['append', 'read'] }]);
    const wrong = await runDoorbell(['keys', 'create', '--data', data, '--scope', 'everything']);
    expect([wrong.exitCode, wrong.stderr]).toEqual([
      2,
      expect.stringContaining('append, read, operate, admin'),
    ]);
  });

  it('revoke ends a key and keeps it on the list; one that nobody made ends with 1', async () => {
    const data = await dataFolder();
    const { stdout: key } = await runDoorbell(['keys', 'create', '--data', data]);
    const id = key.split('_')[1] ?? '';
    const revoked = await runDoorbell(['keys', 'revoke', id, '--data', data]);
    expect([revoked.exitCode, revoked.stdout]).toEqual([0, expect.stringMatching(`^${id} is revoked`)]);
    const listed = await runDoorbell(['keys', 'list', '--data', data]);
    expect(listed.stdout).toMatch(new RegExp(`^${id} .* revoked \\d{4}-`));
    const unknown = await runDoorbell(['keys', 'revoke', '000000000000', '--data', data]);
    expect([unknown.exitCode, unknown.stderr]).toEqual([1, 'doorbell: There is no API key 000000000000.\n']);
  });

  it('list says where there is no database, ends with 4 and creates nothing', async () => {
    const data = join(await dataFolder(), 'none');
    for (const args of [[], ['--json']]) {
      const { exitCode, stdout, stderr } = await runDoorbell(['keys', 'list', '--data', data, ...args]);
      expect(stderr).toBe(
        `doorbell: There is no database at ${join(data, 'doorbell.db')}: give the --data of the server.\n`,
      );
      expect([exitCode, stdout, existsSync(data)]).toEqual([4, '', false]);
    }
  });

  it.each([
    ['keys', 'list'],
    ['keys', 'create'],
    ['serve', '--port', '0'],
  ])('a database that was cut short is called damaged by doorbell %s %s', async (...command) => {
    const data = await dataFolder();
    await runDoorbell(['keys', 'create', '--data', data]);
    const file = join(data, 'doorbell.db');
    await truncate(file, (await stat(file)).size / 2);
    const { exitCode, stdout, stderr } = await runDoorbell([...command, '--data', data]);
    expect(stderr).toMatch(/^doorbell: The database is damaged \(.+\)\. Restore it from a backup; .*\n$/);
    expect([exitCode, stdout]).toEqual([4, '']);
  });
});
