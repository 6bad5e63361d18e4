import type { Started } from './process.ts';

/** One notification as the independent receiver recorded it. */
export interface Seen {
  readonly houseTaskId: string;
  readonly state: number;
  readonly sequence: number;
  readonly verdict: string;
  readonly at: number;
}

/** All that the receiver has seen, in order of arrival. */
export async function seen(receiver: Started): Promise<readonly Seen[]> {
  return (await fetch(`${receiver.url}/record`)).json() as Promise<readonly Seen[]>;
}
