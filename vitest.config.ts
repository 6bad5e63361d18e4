import { defineConfig } from 'vitest/config';
import { compiledFolder } from './test/compiled-folder.ts';
import { LongestFirst } from './test/longest-first.ts';

// What vitest and the processes that tests start are made of is compiled once, not in each of some 500 processes.
process.env.NODE_COMPILE_CACHE ??= compiledFolder;

export default defineConfig({
  // Tests run the packages' sources, so a test never passes against a stale build.
  ssr: { resolve: { conditions: ['doorbell-source', 'node'] } },
  resolve: { conditions: ['doorbell-source', 'node'] },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'test/**/*.test.ts',
      'proof/**/*.test.ts',
      'bench/**/*.test.ts',
    ],
    // No test measures time; these only end what hangs, also where everything else runs beside it.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    // Most of them wait, for processes, servers and a browser; one core left free for that would be idle.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
  },
});
