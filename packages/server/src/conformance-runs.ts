import { Problem } from './problem.ts';

/** Of this process: each holds a stream, and up to 32 connections to its endpoint for a moment. */
const runsMax = 4;

/** Which endpoints are being judged: each one by one run at a time. */
export class ConformanceRuns {
  readonly #running = new Map<string, AbortController>();

  /** What ends the run. Throws the problem when the endpoint is being judged already, or too many are. */
  begin(endpointId: string): AbortController {
    if (this.#running.has(endpointId)) {
      throw new Problem('conformance-running', 'A run is under way on this endpoint. Wait for its report.');
    }
    if (this.#running.size >= runsMax) {
      throw new Problem(
        'too-many-streams',
        `${runsMax} endpoints are being judged already. Try again later.`,
      );
    }
    const ending = new AbortController();
    this.#running.set(endpointId, ending);
    return ending;
  }

  over(endpointId: string): void {
    this.#running.get(endpointId)?.abort();
    this.#running.delete(endpointId);
  }

  endAll(): void {
    for (const ending of this.#running.values()) ending.abort();
  }
}
