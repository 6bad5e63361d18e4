// Settings and databases without the HTTP API, which takes four times as long to load: `serve` has the thread of the
// database start meanwhile, and other commands do without.

export { type MintedApiKey, mintApiKey } from './auth.ts';
export { readConfig, type ServerConfig } from './config.ts';
export { ConfigError } from './config-error.ts';
export { databaseFileOf, loadMasterKey } from './data-path.ts';
export { databaseName } from './database-url.ts';
export { requireMasterKey } from './master-key.ts';
export { type OpenDatabase, openDatabase } from './open-database.ts';
export { hashPassword } from './passwords.ts';
export { type Role, readRoles } from './role.ts';
