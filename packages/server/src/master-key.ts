import { readFileSync } from 'node:fs';
import { ConfigError } from './config-error.ts';

const howToMake = '"openssl rand -base64 32" makes one';

/**
 * The master key as text out of DOORBELL_MASTER_KEY, or of the file that DOORBELL_MASTER_KEY_FILE names, as secrets
 * are mounted; null when neither is set. Throws `ConfigError`.
 */
export function readMasterKey(environment: Readonly<Record<string, string | undefined>>): string | null {
  const { DOORBELL_MASTER_KEY: key, DOORBELL_MASTER_KEY_FILE: file } = environment;
  if (!file) return key || null;
  if (key) throw new ConfigError('Set DOORBELL_MASTER_KEY or DOORBELL_MASTER_KEY_FILE, not both.');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(`DOORBELL_MASTER_KEY_FILE: ${file} cannot be read (${code}).`);
  }
}

/** The 32 bytes of a key that was given; all processes on one database need the same. Throws `ConfigError`. */
export function requireMasterKey(given: string | null): Uint8Array {
  if (given === null) {
    throw new ConfigError(
      `PostgreSQL needs a master key, the same in every process: set DOORBELL_MASTER_KEY or DOORBELL_MASTER_KEY_FILE (${howToMake}).`,
    );
  }
  return decodeMasterKey(given, 'DOORBELL_MASTER_KEY');
}

export function decodeMasterKey(text: string, source: string): Uint8Array {
  const key = Buffer.from(text, 'base64');
  if (!/^[A-Za-z0-9+/]{43}=$/.test(text) || key.length !== 32) {
    throw new ConfigError(`${source} must be 32 bytes in base64, 44 characters (${howToMake}).`);
  }
  return key;
}
