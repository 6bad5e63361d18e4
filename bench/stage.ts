import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from './servers/postgres.ts';
import { type RedisServer, startRedis } from './servers/redis.ts';
import { type Sink, startNginx } from './sink/nginx.ts';

/** What the measures of one run share: a folder on a disk, servers started when first wanted, and how much is enough. */
export class Stage {
  readonly folder: string;
  readonly isQuick: boolean;
  readonly #kept = new Map<string, Promise<unknown>>();
  readonly #servers: { stop(): Promise<void> }[] = [];
  #folders = 0;

  private constructor(folder: string, isQuick: boolean) {
    this.folder = folder;
    this.isQuick = isQuick;
  }

  static async set({ isQuick }: { readonly isQuick: boolean }): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'doorbell-bench-'));
    // PostgreSQL runs as another user when the bench runs as root, and has to get to its own folder in here.
    await chmod(folder, 0o711);
    return new Stage(folder, isQuick);
  }

  /** How much of something: all of it, or what `--quick` makes do with. */
  size(full: number, quick: number): number {
    return this.isQuick ? quick : full;
  }

  async newFolder(): Promise<string> {
    this.#folders += 1;
    const folder = join(this.folder, String(this.#folders));
    await mkdir(folder);
    return folder;
  }

  /** What is made once in a run, when it is first wanted. `make` gets the name of a folder that does not exist yet. */
  keep<Thing>(name: string, make: (folder: string) => Promise<Thing>): Promise<Thing> {
    const made = (this.#kept.get(name) as Promise<Thing> | undefined) ?? make(join(this.folder, name));
    this.#kept.set(name, made);
    return made;
  }

  /** For those who wait. */
  tell(progress: string): void {
    process.stderr.write(`${progress}\n`);
  }

  sink(): Promise<Sink> {
    return this.#start('nginx', startNginx);
  }

  postgres(): Promise<PostgresServer> {
    return this.#start('postgres', startPostgres);
  }

  redis(): Promise<RedisServer> {
    return this.#start('redis', startRedis);
  }

  /** Of the servers that have been started. */
  async serverVersions(): Promise<Readonly<Record<string, string>>> {
    const versions: Record<string, string> = {};
    if (this.#kept.has('postgres')) versions.PostgreSQL = (await this.postgres()).version;
    if (this.#kept.has('redis')) versions.Redis = (await this.redis()).version;
    return versions;
  }

  /** Stops what was started and leaves nothing behind. */
  async strike(): Promise<void> {
    for (const server of this.#servers) await server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  #start<Server extends { stop(): Promise<void> }>(
    name: string,
    start: (folder: string) => Promise<Server>,
  ): Promise<Server> {
    return this.keep(name, async (folder) => {
      const server = await start(folder);
      this.#servers.push(server);
      return server;
    });
  }
}
