import type { ConformanceCaseResult, ConformanceStart, ConformanceSummary } from '@doorbell/server/api';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { readEvents, type StreamEvent } from '../../../api/read-events.ts';

/** A run of the kit as far as it has come. */
export interface ConformanceRun {
  readonly standing: 'idle' | 'running' | 'stopped' | 'done' | 'broken';
  readonly start: ConformanceStart | null;
  readonly results: readonly ConformanceCaseResult[];
  readonly report: ConformanceSummary | null;
  /** Why the stream broke off; null also when it ended without a word. */
  readonly error: unknown;
}

const idle: ConformanceRun = { standing: 'idle', start: null, results: [], report: null, error: null };

/** Leaving the page, like `stop`, closes the stream, and the server ends the run. */
export function useConformance(endpointId: string) {
  const [run, setRun] = useState(idle);
  const ending = useRef<AbortController | null>(null);
  useEffect(() => () => ending.current?.abort(), []);

  const begin = (houseId: string) => {
    const { signal } = openEnding(ending);
    setRun({ ...idle, standing: 'running' });
    const path = `/endpoints/${encodeURIComponent(endpointId)}/conformance`;
    const body = houseId === '' ? {} : { houseId };
    readEvents(path, { method: 'POST', body, signal }, (event) => setRun((now) => after(now, event))).then(
      () => setRun((now) => ({ ...now, standing: now.report === null ? 'broken' : 'done' })),
      (error: unknown) =>
        setRun((now) =>
          signal.aborted ? { ...now, standing: 'stopped' } : { ...now, standing: 'broken', error },
        ),
    );
  };
  return { run, begin, stop: () => ending.current?.abort() };
}

function openEnding(ending: RefObject<AbortController | null>): AbortController {
  ending.current = new AbortController();
  return ending.current;
}

function after(run: ConformanceRun, { name, data }: StreamEvent): ConformanceRun {
  if (name === 'start') return { ...run, start: data as ConformanceStart };
  if (name === 'case') return { ...run, results: [...run.results, data as ConformanceCaseResult] };
  if (name === 'report') return { ...run, report: data as ConformanceSummary };
  return run;
}
