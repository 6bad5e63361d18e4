import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createApiClient } from '../src/demo/api-client.ts';
import { dataFolder } from './data-folder.ts';
import { type Running, startDoorbell } from './run-doorbell.ts';
import { until } from './until.ts';

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function receiverPids({ lines }: Running): readonly number[] {
  return lines.flatMap((line) => /receives at .*process (\d+)/.exec(line)?.[1] ?? []).map(Number);
}

function linesOf({ lines }: Running, task: string): readonly string[] {
  return lines.filter((line) => line.includes(`s  ${task}`)).map((line) => line.replace(/ +/g, ' '));
}

describe('doorbell demo', () => {
  it('drives three house tasks to their end, shows each notification, sums up and keeps serving', async () => {
    const demo = startDoorbell(['demo', '--port', '0']);
    const summary = await demo.line(/ sent, /);
    expect(summary).toBe(
      '24 sent, 24 verified, 1 repeat, in order per task: 23 of 23 notifications delivered.',
    );
    const states = linesOf(demo, 'T-1002').map((line) => /#\d+ (\d+)/.exec(line)?.[1]);
    expect(states.join(' ')).toBe('9000 10000 20000 30000 40000 45000 40000 45000 50000');
    expect(linesOf(demo, 'T-1003').slice(0, 2)).toEqual([
      expect.stringMatching(/ T-1003 #1 9000 .* awaiting capture verified, answered 500, attempt 1$/),
      expect.stringMatching(/ T-1003 #1 9000 .* awaiting capture verified, answered 200, attempt 2$/),
    ]);

    const key = /dbk_\S+/.exec(await demo.line(/API key/))?.[0] ?? '';
    const url = /http:\S+/.exec(await demo.line(/listens on/))?.[0] ?? '';
    const api = createApiClient(url, key);
    expect(await api.call('GET', '/v1/house-tasks/T-1001')).toBeDefined();

    const data = /data in (.+)\)/.exec(await demo.line(/data in/))?.[1] ?? '';
    const pids = receiverPids(demo);
    expect([existsSync(data), pids.map(isAlive)]).toEqual([true, [true, true]]);
    demo.child.kill('SIGINT');
    const { exitCode, stdout } = await demo.ended;
    expect([exitCode, existsSync(data), pids.map(isAlive)]).toEqual([0, false, [false, false]]);
    expect(stdout).not.toContain('\u001b[');
  }, 60_000);

  it('takes its receivers with it when it is killed', async () => {
    const demo = startDoorbell(['serve', '--demo', '--port', '0', '--data', await dataFolder()]);
    await demo.line(/attempt 1/);
    const pids = receiverPids(demo);
    demo.child.kill('SIGKILL');
    await until(() => !pids.some(isAlive));
    expect(pids).toHaveLength(2);
  });
});
