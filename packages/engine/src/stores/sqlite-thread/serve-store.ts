import type { MessagePort } from 'node:worker_threads';
import type { ClaimRequest } from '../../ports.ts';
import type { SqliteStore } from '../sqlite/open.ts';
import type { Answer, Call, Calls, FromThread } from './messages.ts';
import { packClaim } from './packed-claim.ts';
import { packError } from './packed-error.ts';
import { type PackedSettlement, unpackSettlement } from './packed-settlement.ts';

type Method = (...values: readonly unknown[]) => Promise<unknown>;

/** Answers the calls that come over the port with a store of this thread, until one of them closes it. */
export function serveStore(port: MessagePort, open: () => SqliteStore): void {
  const post = (message: FromThread): void => port.postMessage(message);
  let store: SqliteStore;
  try {
    store = open();
  } catch (error) {
    post({ kind: 'refused', error: packError(error) });
    port.close();
    return;
  }
  const methods = methodsOf(store);
  void store.broken.then((error) => post({ kind: 'broken', error: packError(error) }));

  let answers: Answer[] = [];
  let handled = 0;
  let isScheduled = false;
  /** Those of one commit come in one turn, and go in one message. */
  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => {
      post({ kind: 'answers', answers, handled });
      answers = [];
      handled = 0;
      isScheduled = false;
    });
  };
  const answer = (one: Answer): void => {
    answers.push(one);
    schedule();
  };
  const run = async ({ id, method, arguments: values }: Call): Promise<void> => {
    try {
      answer({ id, value: await methods.get(method)?.(...values) });
    } catch (error) {
      answer({ id, error: packError(error) });
    }
    if (method === 'close') setImmediate(() => port.close());
  };
  port.on('message', (calls: Calls) => {
    for (const call of calls) void run(call);
    handled += 1;
    // After the commit, which the calls have scheduled.
    schedule();
  });
  post({ kind: 'opened', methods: [...methods.keys()] });
}

/** As they are called over the port: what delivery exchanges crosses packed. */
function methodsOf(store: SqliteStore): ReadonlyMap<string, Method> {
  const methods = new Map(
    Object.entries(store).filter((entry): entry is [string, Method] => typeof entry[1] === 'function'),
  );
  const { claim, settle } = store;
  methods.set('claim', async (request) => (await claim(request as ClaimRequest)).map(packClaim));
  methods.set('settle', (packed) => settle((packed as readonly PackedSettlement[]).map(unpackSettlement)));
  return methods;
}
