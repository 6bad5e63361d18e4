import type { Command } from 'commander';
import { CommandError, exitCodes } from './command-error.ts';

export interface RemoteOptions {
  readonly server: string;
}

/** What a command that talks to a running server says of it in its help. */
export const remoteHelp = `
Environment:
  DOORBELL_API_KEY  an API key of the server: \`doorbell keys create\` makes one
  DOORBELL_SERVER   instead of --server`;

export function addServerOption(command: Command): Command {
  const fallback = process.env.DOORBELL_SERVER || 'http://127.0.0.1:8787';
  return command.option('--server <url>', 'where Doorbell answers', fallback);
}

/** Calls the API of a running server. Throws `CommandError` for what it refuses, or when nothing answers. */
export class RemoteServer {
  readonly #base: URL;
  readonly #apiKey: string;

  constructor({ server }: RemoteOptions) {
    const apiKey = process.env.DOORBELL_API_KEY;
    if (!apiKey) {
      throw new CommandError(exitCodes.usage, 'Set DOORBELL_API_KEY; `doorbell keys create` makes a key.');
    }
    if (!/^https?:\/\//.test(server) || !URL.canParse(server)) {
      throw new CommandError(
        exitCodes.usage,
        `--server takes an http or https URL, not ${JSON.stringify(server)}.`,
      );
    }
    this.#base = new URL(server);
    this.#apiKey = apiKey;
  }

  async call<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    const response = await this.open(method, path, body);
    return (await response.json()) as T;
  }

  /** The answer with its body unread. */
  async open(method: 'GET' | 'POST', path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    const response = await fetch(new URL(path, this.#base), {
      method,
      headers: {
        authorization: `Bearer ${this.#apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
    }).catch((error: Error) => {
      const { code } = (error.cause ?? {}) as { code?: string };
      throw new CommandError(
        exitCodes.noAnswer,
        `Nothing answers at ${this.#base.origin} (${code ?? error.message}).`,
      );
    });
    if (response.ok) return response;
    const { detail, errors } = (await response.json().catch(() => ({}))) as ProblemJson;
    // A single fault is the detail itself.
    const others = (errors ?? []).filter(({ detail: why }) => !detail?.includes(why));
    const faults = others.map(({ pointer, detail: why }) => ` ${pointer}: ${why}.`).join('');
    throw new CommandError(
      response.status === 400 ? exitCodes.usage : exitCodes.no,
      `${method} ${path.split('?', 1)[0]} was answered ${response.status}: ${detail ?? 'no detail'}${faults}`,
    );
  }
}

interface ProblemJson {
  readonly detail?: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}
