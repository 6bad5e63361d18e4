import { ConfigError, type Role, readConfig, readRoles, type ServerConfig } from '@doorbell/server/database';
import { cannotStart } from './cannot-start.ts';
import { CommandError, exitCodes } from './command-error.ts';

interface GivenOptions {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly data?: string | undefined;
  readonly roles?: string | undefined;
  readonly allowNetwork?: readonly string[] | undefined;
}

/** The environment, and the options of a command, which win. Throws CommandError for what it cannot start with. */
export function configOf({ host, port, data, roles, allowNetwork }: GivenOptions): ServerConfig {
  const overrides: { -readonly [K in keyof ServerConfig]?: ServerConfig[K] } = {};
  if (host !== undefined) overrides.host = host;
  if (port !== undefined) overrides.port = port;
  if (data !== undefined) overrides.dataPath = data;
  if (roles !== undefined) overrides.roles = rolesOf(roles);
  if (allowNetwork !== undefined) overrides.allowNetworks = allowNetwork;
  try {
    return readConfig(process.env, overrides);
  } catch (error) {
    throw cannotStart(error, data ?? '');
  }
}

function rolesOf(text: string): readonly Role[] {
  try {
    return readRoles(text, '--roles');
  } catch (error) {
    if (error instanceof ConfigError) {
      throw new CommandError(exitCodes.usage, error.message, { cause: error });
    }
    throw error;
  }
}
