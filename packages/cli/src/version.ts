import { readFileSync } from 'node:fs';

/** Version of the doorbell package. */
export function getVersion(): string {
  const packageJson = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(packageJson) as { version: string }).version;
}
