import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';

/** Turns a name into its addresses, v4 first; an empty list when it has none. Throws when nobody could tell. */
export type ResolveHost = (name: string) => Promise<readonly string[]>;

export interface HostResolver {
  readonly resolve: ResolveHost;
  /** Ends the queries that are under way; they reject. */
  cancel(): void;
}

/**
 * Asks the name servers of this machine directly, after its hosts file; concurrent questions for one name are asked once.
 * Search domains are not applied: a name must be fully qualified.
 */
export function createHostResolver(
  hostsPath: string = systemHostsPath,
  // Not dns.lookup: it occupies one of libuv's four threads per question, so one dead name server stalls all files.
  resolver: Resolver = new Resolver({ timeout: 2_000, tries: 2 }),
): HostResolver {
  const underWay = new Map<string, Promise<readonly string[]>>();

  const ask = async (name: string): Promise<readonly string[]> => {
    const fromFile = await hostsFileAddresses(hostsPath, name);
    return fromFile.length > 0 ? fromFile : queryBothFamilies(resolver, name);
  };

  return {
    resolve: (host) => {
      const name = host.toLowerCase().replace(/\.$/, '');
      // RFC 6761: these never reach a name server.
      if (name === 'localhost' || name.endsWith('.localhost')) return Promise.resolve(['127.0.0.1', '::1']);
      const asked = underWay.get(name);
      if (asked !== undefined) return asked;
      const answer = ask(name).finally(() => underWay.delete(name));
      underWay.set(name, answer);
      return answer;
    },
    cancel: () => resolver.cancel(),
  };
}

async function hostsFileAddresses(path: string, name: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/);
    return names.includes(name) && isIP(address) !== 0 ? [address] : [];
  });
}

/** Some name servers never answer for AAAA: once one family has answered, the other gets 50 ms more (RFC 8305). */
async function queryBothFamilies(resolver: Resolver, name: string): Promise<readonly string[]> {
  const v4 = answerOf(resolver.resolve4(name));
  const v6 = answerOf(resolver.resolve6(name));
  const both = Promise.all([v4, v6]);
  const first = await Promise.race([v4, v6]);
  const answers = first.addresses.length > 0 ? await Promise.race([both, afterGrace([first])]) : await both;
  const addresses = answers.flatMap((answer) => answer.addresses);
  const failure = answers.find((answer) => answer.failure !== undefined)?.failure;
  if (addresses.length === 0 && failure !== undefined) throw failure;
  return addresses;
}

const systemHostsPath =
  process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts';

interface Answer {
  readonly addresses: readonly string[];
  readonly failure?: Error;
}

async function answerOf(query: Promise<string[]>): Promise<Answer> {
  try {
    return { addresses: await query };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { addresses: [], failure: error };
  }
}

function afterGrace(answers: readonly Answer[]): Promise<readonly Answer[]> {
  return new Promise((resolve) => {
    setTimeout(resolve, 50, answers);
  });
}
