import { ConfigError } from './config-error.ts';

/** What a process does: answer the API, or deliver; many of each may share one PostgreSQL database. */
export type Role = 'api' | 'deliver';

export const allRoles: readonly Role[] = ['api', 'deliver'];

/** Roles separated by commas; `source` names where the text is from. Throws `ConfigError`. */
export function readRoles(text: string, source: string): readonly Role[] {
  const names = text.split(',').map((name) => name.trim());
  const roles = allRoles.filter((role) => names.includes(role));
  if (names.some((name) => !allRoles.some((role) => role === name))) {
    throw new ConfigError(`${source} takes api, deliver or api,deliver, not ${JSON.stringify(text)}.`);
  }
  return roles;
}
