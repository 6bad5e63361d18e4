import { type Clock, type Observer, parseNetworks, retentionDaysDefault } from '@doorbell/engine';
import type { DestinationStream, LevelWithSilent } from 'pino';
import { ConfigError } from './config-error.ts';
import { checkDatabaseUrl } from './database-url.ts';
import { readMasterKey } from './master-key.ts';
import type { OpenDatabase } from './open-database.ts';
import { allRoles, type Role, readRoles } from './role.ts';

/** Everything the server can be told. */
export interface ServerConfig {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Of a PostgreSQL database; null serves the embedded one at `dataPath`. */
  readonly databaseUrl: string | null;
  /** A directory, or the database file itself. */
  readonly dataPath: string;
  /** Both, unless PostgreSQL lets several processes share the work. */
  readonly roles: readonly Role[];
  /** Private networks, in CIDR notation, where endpoints may be after all. */
  readonly allowNetworks: readonly string[];
  /** How many days settled changes and their attempts are kept; null keeps them for ever. */
  readonly retentionDays: number | null;
  /** Networks, in CIDR notation, of proxies whose X-Forwarded headers are believed; loopback always is. */
  readonly trustedProxies: readonly string[];
  readonly logLevel: LevelWithSilent;
  /** 32 bytes in base64; null takes, or creates, the key file beside the embedded database. */
  readonly masterKey: string | null;
  /** Where log lines go; standard error by default. */
  readonly logDestination?: DestinationStream;
  /** In place of the machine's: for tests that bring the night's failures along. */
  readonly clock?: Clock;
  /** The database named above, opened already, or another; it is closed with the server. */
  readonly database?: OpenDatabase;
  /** Told of every settlement beside metrics and logs. */
  readonly observer?: Pick<Observer, 'settled'>;
}

const logLevels: readonly string[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/**
 * The configuration out of DATABASE_URL, DOORBELL_HOST, DOORBELL_PORT, DOORBELL_DATA, DOORBELL_ROLES and
 * DOORBELL_ALLOW_NETWORKS (both separated by commas), DOORBELL_TRUSTED_PROXIES (likewise), DOORBELL_RETENTION_DAYS (1 to 3650, or forever),
 * DOORBELL_LOG_LEVEL, DOORBELL_MASTER_KEY and DOORBELL_MASTER_KEY_FILE; overrides win, and a data path among them means the embedded database.
 * Throws `ConfigError`.
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  overrides: Partial<ServerConfig> = {},
): ServerConfig {
  const given = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
  const isEmbedded = overrides.dataPath !== undefined || !environment.DATABASE_URL;
  const config: ServerConfig = {
    host: environment.DOORBELL_HOST || '127.0.0.1',
    port: readPort(environment.DOORBELL_PORT),
    databaseUrl: isEmbedded ? null : checkDatabaseUrl(environment.DATABASE_URL ?? ''),
    dataPath: environment.DOORBELL_DATA || 'doorbell-data',
    roles: environment.DOORBELL_ROLES ? readRoles(environment.DOORBELL_ROLES, 'DOORBELL_ROLES') : allRoles,
    allowNetworks: readList(environment.DOORBELL_ALLOW_NETWORKS),
    retentionDays: readRetentionDays(environment.DOORBELL_RETENTION_DAYS),
    trustedProxies: readNetworks(environment.DOORBELL_TRUSTED_PROXIES, 'DOORBELL_TRUSTED_PROXIES'),
    logLevel: readLogLevel(environment.DOORBELL_LOG_LEVEL),
    masterKey: readMasterKey(environment),
    ...given,
  };
  return config;
}

function readPort(text: string | undefined): number {
  if (!text) return 8787;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new ConfigError(`DOORBELL_PORT must be a port from 0 to 65535, not ${JSON.stringify(text)}.`);
  }
  return port;
}

const retentionDaysMax = 3_650;

function readRetentionDays(text: string | undefined): number | null {
  if (!text) return retentionDaysDefault;
  if (text === 'forever') return null;
  const days = Number(text);
  if (!/^\d{1,4}$/.test(text) || days < 1 || days > retentionDaysMax) {
    throw new ConfigError(
      `DOORBELL_RETENTION_DAYS must be 1 to ${retentionDaysMax} days or forever, not ${JSON.stringify(text)}.`,
    );
  }
  return days;
}

function readLogLevel(text: string | undefined): LevelWithSilent {
  if (!text) return 'info';
  if (!logLevels.includes(text)) {
    throw new ConfigError(
      `DOORBELL_LOG_LEVEL must be one of ${logLevels.join(', ')}, not ${JSON.stringify(text)}.`,
    );
  }
  return text as LevelWithSilent;
}

function readNetworks(text: string | undefined, name: string): readonly string[] {
  const networks = readList(text);
  try {
    parseNetworks(networks);
    return networks;
  } catch (error) {
    throw error instanceof RangeError ? new ConfigError(`${name}: ${error.message}`) : error;
  }
}

function readList(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
