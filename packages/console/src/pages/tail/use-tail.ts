import { useEffect, useRef, useState } from 'react';
import { ApiProblem } from '../../api/api-problem.ts';
import type { Query } from '../../api/call-api.ts';
import { readEvents } from '../../api/read-events.ts';
import { clock } from '../../clock.ts';
import { TailBuffer, type TailEvent } from './tail-buffer.ts';

/** How often the page draws what has come. */
const drawMs = 250;
const reconnectMs = 2_000;
/** The server says something every 15 seconds at least: a line that is silent for longer is dead, and may never say so. */
const silenceMaxMs = 40_000;
const listenEveryMs = 5_000;

export type TailStanding = 'connecting' | 'live' | 'lost';

export function useTail(query: Query, isPaused: boolean) {
  const buffer = useRef(new TailBuffer());
  const [drawn, setDrawn] = useState(() => buffer.current.draw());
  const [standing, setStanding] = useState<TailStanding>('connecting');
  const [refusal, setRefusal] = useState<string | null>(null);
  const search = JSON.stringify(query);

  useEffect(() => {
    const filter = JSON.parse(search) as Query;
    buffer.current.clear();
    setDrawn(buffer.current.draw());
    return follow(filter, buffer.current, (next, why) => {
      setStanding(next);
      if (next !== 'connecting') setRefusal(why ?? null);
    });
  }, [search]);

  useEffect(() => {
    if (isPaused) return;
    return clock.every(drawMs, () => setDrawn(buffer.current.draw()));
  }, [isPaused]);

  return { ...drawn, standing, refusal };
}

/** `why` is what the server said when it refused to be watched. */
type OnStanding = (standing: TailStanding, why?: string) => void;

/** Reads the stream, and again when it ends or falls silent, until the returned function is called. */
function follow(query: Query, buffer: TailBuffer, onStanding: OnStanding): () => void {
  const stopping = new AbortController();
  let stopWaiting = () => {};
  const connect = async () => {
    onStanding('connecting');
    const dead = new AbortController();
    let heardAt = clock.now();
    const stopListening = clock.every(listenEveryMs, () => {
      if (clock.now() - heardAt > silenceMaxMs) dead.abort();
    });
    const signal = AbortSignal.any([stopping.signal, dead.signal]);
    await readEvents('/tail', { query, signal }, ({ name, data }) => {
      heardAt = clock.now();
      onStanding('live');
      if (name === 'notification') buffer.push(data as TailEvent);
      if (name === 'dropped') buffer.drop((data as { count: number }).count);
    }).finally(stopListening);
  };
  const again = (error?: unknown) => {
    if (stopping.signal.aborted) return;
    onStanding('lost', error instanceof ApiProblem && error.status > 0 ? error.message : undefined);
    stopWaiting = clock.after(reconnectMs, () => void connect().then(() => again(), again));
  };
  void connect().then(() => again(), again);
  return () => {
    stopping.abort();
    stopWaiting();
  };
}
