import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { eggHandler, mountInEgg } from '@doorbell/receiver/egg';
import { type Application, start } from 'egg';

import { AFTER_TEXT, type Front, listen, type Running } from './front.ts';

const framework = dirname(createRequire(import.meta.url).resolve('egg'));

/** Egg reads an application from a directory; this one has what it needs to start and nothing else. */
async function startEgg(config: string, onRouter: (app: Application) => void): Promise<Running> {
  const baseDir = mkdtempSync(join(tmpdir(), 'doorbell-egg-'));
  mkdirSync(join(baseDir, 'app'));
  mkdirSync(join(baseDir, 'config'));
  writeFileSync(join(baseDir, 'package.json'), '{ "name": "egg-app" }');
  const quiet = `exports.logger = { dir: ${JSON.stringify(join(baseDir, 'logs'))}, consoleLevel: 'NONE', level: 'NONE' };`;
  writeFileSync(join(baseDir, 'config/config.default.js'), `exports.keys = 'k';\n${quiet}\n${config}`);
  writeFileSync(join(baseDir, 'app/router.js'), 'module.exports = (app) => app.options.onRouter(app);');
  const options = { baseDir, framework, mode: 'single' as const, env: 'prod', onRouter };
  const app: Application = await start(options);
  return listen(app.callback(), async () => {
    await app.close();
    rmSync(baseDir, { recursive: true, force: true });
  });
}

const mounted: Front = {
  name: 'Egg, with everything by default',
  start: (receiver) => startEgg('', (app) => mountInEgg(app, '/doorbell', receiver)),
};

const routed: Front = {
  name: 'Egg in the router, with csrf.ignore',
  deviations: AFTER_TEXT,
  start: (receiver) =>
    startEgg("exports.security = { csrf: { ignore: '/doorbell' } };", (app) => {
      app.router.all('/doorbell', eggHandler(receiver));
    }),
};

export const eggFronts: readonly Front[] = [mounted, routed];

export const eggWithoutIgnore: Front = {
  name: 'Egg in the router, without csrf.ignore',
  start: (receiver) => startEgg('', (app) => app.router.all('/doorbell', eggHandler(receiver))),
};
