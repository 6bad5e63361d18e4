import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { dataFolder } from './data-folder.ts';
import { runDoorbell, startDoorbell } from './run-doorbell.ts';

const jsonOf = async (args: readonly string[]) => JSON.parse((await runDoorbell([...args, '--json'])).stdout);

async function createUserWith(line: string, data: string, name = 'alice') {
  const running = startDoorbell(['users', 'create', '--data', data, '--name', name, '--role', 'admin']);
  running.child.stdin.end(line);
  return running.ended;
}

describe('doorbell users', () => {
  it('create takes the password from standard input and prints it nowhere; then one can sign in', async () => {
    const data = await dataFolder();
    const { exitCode, stdout, stderr } = await createUserWith('correct horse battery\n', data);
    expect([exitCode, stdout, stderr]).toEqual([0, 'alice may sign in as admin.', '']);
    expect(await jsonOf(['users', 'list', '--data', data])).toMatchObject([{ name: 'alice', role: 'admin' }]);

    const server = startDoorbell(['serve', '--port', '0', '--data', data, '--json']);
    const { url } = JSON.parse(await server.line(/listening/));
    const answer = await fetch(`${url}/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url },
      body: JSON.stringify({ userName: 'alice', password: 'correct horse battery' }),
    });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([
      201,
      expect.stringMatching(/^doorbell-sid=/),
    ]);
  });

  it('create --generate prints a password, once', async () => {
    const data = await dataFolder();
    const args = ['users', 'create', '--data', data, '--name', 'bob', '--role', 'viewer', '--generate'];
    const { exitCode, stdout } = await runDoorbell(args);
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^[A-Za-z0-9_-]{24}$/)]);
    const again = await runDoorbell(args);
    expect([again.exitCode, again.stderr]).toEqual([1, 'doorbell: There is a user "bob" already.\n']);
  });

  it('create refuses a short password and none at all with 2', async () => {
    const data = await dataFolder();
    const short = await createUserWith('short\n', data);
    expect([short.exitCode, short.stderr]).toEqual([2, 'doorbell: A password has 12 to 256 characters.\n']);
    expect((await createUserWith('', data)).exitCode).toBe(2);
  });

  it.each(['bob smith', '-bob', 'b'.repeat(65), ''])(
    'create takes no name that the API would not: %j',
    async (name) => {
      const data = await dataFolder();
      const args = ['users', 'create', '--data', data, `--name=${name}`, '--role', 'admin', '--generate'];
      const { exitCode, stdout, stderr } = await runDoorbell(args);
      expect([exitCode, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^doorbell: The name of a user has 1 to 64 of /);
    },
  );

  it('the first admin is made by the link that serve prints, which it prints no more then', async () => {
    const data = await dataFolder();
    const server = startDoorbell(['serve', '--port', '0', '--data', data]);
    await server.line(/listens/);
    server.child.kill('SIGTERM');
    expect((await server.ended).stderr).toMatch(/Make the first admin, once, at http:\S+\/setup#[\w-]{43}\n/);
    await createUserWith('correct horse battery\n', data);
    const next = startDoorbell(['serve', '--port', '0', '--data', data]);
    await next.line(/listens/);
    next.child.kill('SIGTERM');
    expect((await next.ended).stderr).not.toContain('setup#');
  });
});

describe('doorbell audit', () => {
  it('list shows what commands did; verify ends with 0, and with 1 at the first row that was changed', async () => {
    const data = await dataFolder();
    for (const name of ['one', 'two', 'three'])
      await runDoorbell(['keys', 'create', '--data', data, '--name', name]);
    const listed = await jsonOf(['audit', 'list', '--data', data]);
    expect(listed).toHaveLength(3);
    expect(listed[0]).toMatchObject({
      sequence: 3,
      action: 'api-key.create',
      actor: { kind: 'command', id: 'doorbell keys create', address: null },
      after: { name: 'three' },
    });
    const intact = await runDoorbell(['audit', 'verify', '--data', data]);
    expect(intact.stdout).toMatch(/^The audit log is intact: 3 rows, the last one 3:[0-9a-f]{64}$/);
    expect(intact.exitCode).toBe(0);
    const anchor = /3:[0-9a-f]{64}/.exec(intact.stdout)?.[0] ?? '';
    expect((await runDoorbell(['audit', 'verify', '--data', data, '--anchor', anchor])).exitCode).toBe(0);
    const other = `3:${'0'.repeat(64)}`;
    expect((await runDoorbell(['audit', 'verify', '--data', data, '--anchor', other])).exitCode).toBe(1);

    const raw = new DatabaseSync(join(data, 'doorbell.db'));
    raw.exec(`drop trigger audit_is_append_only_update; update audit set target = 'x' where seq = 2`);
    raw.close();
    const broken = await runDoorbell(['audit', 'verify', '--data', data]);
    expect([broken.exitCode, broken.stdout]).toEqual([
      1,
      'The audit log is broken at row 2: What it says is not what its hash was made of.',
    ]);
  });
});
