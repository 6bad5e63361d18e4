import { ConfigError } from './config-error.ts';

/** The URL if it is one of PostgreSQL. The sentence of its `ConfigError` repeats nothing of it: it holds a password. */
export function checkDatabaseUrl(url: string): string {
  if (!URL.canParse(url)) {
    throw new ConfigError(
      'DATABASE_URL is not a URL. Write postgres://user:password@host:5432/database, with : / ? # [ ] @ in the password percent-encoded.',
    );
  }
  if (!/^postgres(ql)?:$/.test(new URL(url).protocol)) {
    throw new ConfigError('DATABASE_URL must start with postgres:// or postgresql://.');
  }
  return url;
}

/** Host, port and name of the database: what may be printed. */
export function databaseName(url: string): string {
  const { host, pathname } = new URL(url);
  return `postgres://${host}${pathname}`;
}
