import type { MessagePort } from 'node:worker_threads';
import type { SqliteStore } from '../sqlite/open.ts';
import type { Answer, Call, Calls, FromThread } from './messages.ts';
import { packError } from './packed-error.ts';

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
  const methods = new Map(
    Object.entries(store).filter((entry): entry is [string, Method] => typeof entry[1] === 'function'),
  );
  void store.broken.then((error) => post({ kind: 'broken', error: packError(error) }));

  let answers: Answer[] = [];
  const answer = (one: Answer): void => {
    // Those of one commit come in one turn, and go in one message.
    if (answers.length === 0) {
      setImmediate(() => {
        post({ kind: 'answers', answers });
        answers = [];
      });
    }
    answers.push(one);
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
  });
  post({ kind: 'opened', methods: [...methods.keys()] });
}
