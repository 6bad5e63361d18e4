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
      { id: key.split('_')[1], name: 'billing', createdAt: expect.stringMatching(/^\d{4}-.*Z$/) },
    ]);
    expect(listed.stdout).not.toContain(key.split('_')[2]);
  });

  it('list of data that does not exist is empty and creates nothing', async () => {
    const data = join(await dataFolder(), 'none');
    const first = await runDoorbell(['keys', 'list', '--data', data]);
    const second = await runDoorbell(['keys', 'list', '--data', data, '--json']);
    expect([first.exitCode, first.stdout, second.stdout]).toEqual([0, '', '[]']);
  });
});
