import { expect, test } from 'vitest';
import type { Retired } from '../src/retention.ts';
import { retireOld } from '../src/retire.ts';
import { VirtualClock } from '../src/testing/virtual-clock.ts';

const none: Retired = { attempts: 0, changes: 0, notices: 0, more: false };

/** Runs `retireOld` over a store that answers in turn; `next` waits for the loop to sleep and moves the clock. */
function start(answers: readonly (Retired | Error)[]) {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const calledAtMs: number[] = [];
  const retired: Retired[] = [];
  const failures: unknown[] = [];
  const store = {
    async retire(): Promise<Retired> {
      const answer = answers[calledAtMs.length] ?? none;
      calledAtMs.push(clock.monotonicMs());
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const observer = {
    retired: (each: Retired) => retired.push(each),
    failed: (_doing: string, error: unknown) => failures.push(error),
  };
  const running = retireOld({ store, clock, observer }, 1_000, stop.signal);
  const next = async (ms: number) => {
    while (clock.sleeping === 0) await Promise.resolve();
    clock.advance(ms);
  };
  return { calledAtMs, retired, failures, stop, running, next };
}

test('goes on after a short rest while there is more, and after minutes when there is none', async () => {
  const part = { ...none, attempts: 9, more: true };
  const { calledAtMs, retired, next, stop, running } = start([part, none]);
  await next(25);
  await next(299_999);
  expect(calledAtMs).toEqual([0, 25]);
  await next(1);
  await next(0);
  expect(calledAtMs).toEqual([0, 25, 300_025]);
  expect(retired).toEqual([part, none, none]);
  stop.abort();
  await running;
});

test('reports a failure and tries again later', async () => {
  const { calledAtMs, failures, next, stop, running } = start([new Error('away'), none]);
  await next(300_000);
  await next(0);
  expect(failures).toMatchObject([{ message: 'away' }]);
  expect(calledAtMs).toEqual([0, 300_000]);
  stop.abort();
  await running;
});
