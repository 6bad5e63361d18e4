import type { Observer } from '@doorbell/engine';
import type { DestinationStream, LevelWithSilent } from 'pino';

/** Everything the server can be told. */
export interface ServerConfig {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** A directory, or the database file itself. */
  readonly dataPath: string;
  /** Private networks, in CIDR notation, where endpoints may be after all. */
  readonly allowNetworks: readonly string[];
  readonly logLevel: LevelWithSilent;
  /** 32 bytes in base64; null takes, or creates, the key file beside the database. */
  readonly masterKey: string | null;
  /** Where log lines go; standard error by default. */
  readonly logDestination?: DestinationStream;
  /** Told of every settlement beside metrics and logs. */
  readonly observer?: Pick<Observer, 'settled'>;
}

/** Thrown with a sentence for the person who set the option. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

const logLevels: readonly string[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/**
 * The configuration out of DOORBELL_HOST, DOORBELL_PORT, DOORBELL_DATA, DOORBELL_ALLOW_NETWORKS (separated by
 * commas), DOORBELL_LOG_LEVEL and DOORBELL_MASTER_KEY; overrides win. Throws `ConfigError`.
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  overrides: Partial<ServerConfig> = {},
): ServerConfig {
  const given = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
  const config: ServerConfig = {
    host: environment.DOORBELL_HOST || '127.0.0.1',
    port: readPort(environment.DOORBELL_PORT),
    dataPath: environment.DOORBELL_DATA || 'doorbell-data',
    allowNetworks: readList(environment.DOORBELL_ALLOW_NETWORKS),
    logLevel: readLogLevel(environment.DOORBELL_LOG_LEVEL),
    masterKey: environment.DOORBELL_MASTER_KEY || null,
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

function readLogLevel(text: string | undefined): LevelWithSilent {
  if (!text) return 'info';
  if (!logLevels.includes(text)) {
    throw new ConfigError(
      `DOORBELL_LOG_LEVEL must be one of ${logLevels.join(', ')}, not ${JSON.stringify(text)}.`,
    );
  }
  return text as LevelWithSilent;
}

function readList(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
