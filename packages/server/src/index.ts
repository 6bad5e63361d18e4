export { createApp } from './app.ts';
export type { AppPorts } from './app-ports.ts';
export { type MintedApiKey, mintApiKey } from './auth.ts';
export { ConfigError, readConfig, type ServerConfig } from './config.ts';
export { databaseFileOf, loadMasterKey } from './data-path.ts';
export { createDeliveryObserver } from './delivery-observer.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { type RunningServer, startServer } from './start-server.ts';
