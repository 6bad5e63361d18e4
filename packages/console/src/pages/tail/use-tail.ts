import { useEffect, useRef, useState } from 'react';
import type { Query } from '../../api/call-api.ts';
import { readEvents } from '../../api/read-events.ts';
import { clock } from '../../clock.ts';
import { TailBuffer, type TailEvent } from './tail-buffer.ts';

/** How often the page draws what has come. */
const drawMs = 250;
const reconnectMs = 2_000;

export type TailStanding = 'connecting' | 'live' | 'lost';

export function useTail(query: Query, isPaused: boolean) {
  const buffer = useRef(new TailBuffer());
  const [drawn, setDrawn] = useState(() => buffer.current.draw());
  const [standing, setStanding] = useState<TailStanding>('connecting');
  const search = JSON.stringify(query);

  useEffect(() => {
    const filter = JSON.parse(search) as Query;
    buffer.current.clear();
    setDrawn(buffer.current.draw());
    return follow(filter, buffer.current, setStanding);
  }, [search]);

  useEffect(() => {
    if (isPaused) return;
    return clock.every(drawMs, () => setDrawn(buffer.current.draw()));
  }, [isPaused]);

  return { ...drawn, standing };
}

/** Reads the stream, and again when it ends, until the returned function is called. */
function follow(query: Query, buffer: TailBuffer, onStanding: (standing: TailStanding) => void): () => void {
  const stopping = new AbortController();
  let stopWaiting = () => {};
  const connect = async () => {
    onStanding('connecting');
    const signal = stopping.signal;
    await readEvents('/tail', { query, signal }, ({ name, data }) => {
      onStanding('live');
      if (name === 'notification') buffer.push(data as TailEvent);
      if (name === 'dropped') buffer.drop((data as { count: number }).count);
    });
  };
  const again = () => {
    if (stopping.signal.aborted) return;
    onStanding('lost');
    stopWaiting = clock.after(reconnectMs, () => void connect().then(again, again));
  };
  void connect().then(again, again);
  return () => {
    stopping.abort();
    stopWaiting();
  };
}
