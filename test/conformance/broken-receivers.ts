import type { RequestListener, Server } from 'node:http';

import { brokenAnswers } from './broken-answers.ts';
import { brokenFields } from './broken-fields.ts';
import { brokenServing } from './broken-serving.ts';
import { brokenValues } from './broken-values.ts';
import { createListener, extras, type Steps, serve } from './careful-receiver.ts';
import { type Subject, unavoidable } from './subject.ts';

/** The careful receiver with one mistake. */
export interface Broken {
  readonly name: string;
  readonly steps: Partial<Steps>;
  readonly signKeys?: string[];
  /** The cases that name the mistake. */
  readonly fails: readonly string[];
  /** Forgeries that nobody else can refuse, and that the mistake does. */
  readonly refuses?: readonly string[];
  /** The plain delivery is not accepted either, so nothing else is judged. */
  readonly stopsAll?: true;
  /** Counts an effect for every request. */
  readonly actsFirst?: true;
  readonly timeoutMs?: number;
  readonly revision?: '2021-05';
  /** Something about the server rather than about a request. */
  readonly onServer?: (server: Server) => void;
}

/** Counts every POST as an effect, before anything is looked at. */
function countingFirst(listener: RequestListener): RequestListener {
  let effects = 0;
  return (request, response) => {
    if (request.url === '/effects') {
      response.end(JSON.stringify({ effects }));
    } else {
      effects += 1;
      listener(request, response);
    }
  };
}

function toSubject(broken: Broken): Subject {
  const { name, steps, signKeys, fails, refuses = [], timeoutMs = 4000 } = broken;
  const alsoFails = broken.stopsAll ? [] : unavoidable.filter((id) => !refuses.includes(id));
  return {
    name,
    kind: 'broken',
    expects: { fails: [...fails, ...alsoFails] },
    told: { extra: extras, timeoutMs, revision: broken.revision ?? 'seed' },
    async start() {
      const listener = createListener(steps, signKeys);
      const { url, stop } = await serve(
        broken.actsFirst ? countingFirst(listener) : listener,
        broken.onServer,
      );
      return { url, effectsUrl: `${url}effects`, stop };
    },
  };
}

export const brokenReceivers: readonly Subject[] = [
  ...brokenValues,
  ...brokenFields,
  ...brokenAnswers,
  ...brokenServing,
].map(toSubject);

export const carefulReceiver: Subject = {
  name: 'written by hand with care',
  kind: 'careful',
  expects: { fails: unavoidable },
  told: { extra: extras },
  async start() {
    const { url, stop } = await serve(createListener());
    return { url, effectsUrl: `${url}effects`, stop };
  },
};
