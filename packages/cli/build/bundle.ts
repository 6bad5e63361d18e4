import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

// After tsc: the command in few files. Node takes longer to find, read and link 1,900 modules than to run them.

const packages = join(import.meta.dirname, '../..');
const dir = join(packages, 'cli/bundle');

const bundle = await rolldown({
  cwd: join(packages, '..'),
  platform: 'node',
  input: {
    main: 'packages/cli/dist/main.js',
    // Lies beside whatever opens it, as it does when it is not bundled.
    thread: 'packages/engine/dist/stores/sqlite-thread/thread.js',
  },
  // A native driver of pg that nobody has to have.
  external: ['pg-native'],
});
rmSync(dir, { recursive: true, force: true });
await bundle.write({
  dir,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
});
