import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { ConfigError } from './config-error.ts';
import { decodeMasterKey } from './master-key.ts';

/** The database file of a data path: an existing directory or a path without extension holds `doorbell.db`. */
export function databaseFileOf(dataPath: string): string {
  const path = resolve(dataPath);
  const exists = existsSync(path);
  const isDirectory = exists ? statSync(path).isDirectory() : extname(path) === '';
  return isDirectory ? join(path, 'doorbell.db') : path;
}

/**
 * The 32 bytes that encrypt keys at rest: those given in base64, or those of `<database>.key`, which is created,
 * readable by its owner only, when there is no database yet. Throws `ConfigError`.
 */
export function loadMasterKey(databaseFile: string, given: string | null): Uint8Array {
  if (given !== null) return decodeMasterKey(given, 'DOORBELL_MASTER_KEY');
  const keyFile = `${databaseFile}.key`;
  if (!existsSync(keyFile)) {
    if (existsSync(databaseFile)) {
      throw new ConfigError(
        `${databaseFile} exists but its key file ${keyFile} does not. Bring the file back, or set DOORBELL_MASTER_KEY.`,
      );
    }
    makeFolder(dirname(keyFile));
    writeFileSync(keyFile, `${randomBytes(32).toString('base64')}\n`, {
      mode: 0o600,
      flag: 'wx',
      flush: true,
    });
  }
  return decodeMasterKey(readFileSync(keyFile, 'utf8').trim(), keyFile);
}

/** Not `recursive: true`: Node then tries for ever below a folder that takes none, such as a read-only mount's. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}
