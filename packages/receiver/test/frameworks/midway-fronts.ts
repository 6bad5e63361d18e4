import 'reflect-metadata';

import type { Receiver } from '@doorbell/receiver';
import { type MidwayContext, midwayHandler } from '@doorbell/receiver/midway';
import {
  All,
  Configuration,
  Controller,
  DefaultConsoleLoggerFactory,
  destroyGlobalApplicationContext,
  Inject,
  initializeGlobalApplicationContext,
  MidwayFrameworkService,
} from '@midwayjs/core';
import * as koa from '@midwayjs/koa';

import { AFTER_TEXT, type Front, listen } from './front.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

class SilentLoggers extends DefaultConsoleLoggerFactory {
  override createLogger(): typeof silent {
    return silent;
  }

  override getLogger(): typeof silent {
    return silent;
  }
}

/** What decorators would do: the tests run without a step that compiles them. */
function controllerFor(receiver: Receiver): new () => object {
  const handle = midwayHandler(receiver);
  class DoorbellController {
    declare ctx: MidwayContext;

    receive(): Promise<void> {
      return handle(this.ctx);
    }
  }
  const { prototype } = DoorbellController;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, 'receive') ?? {};
  Inject()(prototype, 'ctx');
  All('/doorbell')(prototype, 'receive', descriptor);
  Controller('/')(DoorbellController);
  return DoorbellController;
}

const controller: Front = {
  name: 'Midway, in a controller',
  deviations: AFTER_TEXT,
  async start(receiver) {
    class DoorbellConfiguration {}
    Configuration({ imports: [koa], importConfigs: [{ default: { keys: 'k' } }] })(DoorbellConfiguration);
    const container = await initializeGlobalApplicationContext({
      baseDir: import.meta.dirname,
      appDir: import.meta.dirname,
      preloadModules: [controllerFor(receiver)],
      imports: [{ Configuration: DoorbellConfiguration }],
      loggerFactory: new SilentLoggers(),
    });
    const frameworks = await container.getAsync(MidwayFrameworkService);
    const app = frameworks.getMainApp() as koa.IMidwayKoaApplication;
    return listen(app.callback(), () => destroyGlobalApplicationContext(container));
  },
};

export const midwayFronts: readonly Front[] = [controller];
