let csrfToken: string | null = null;
const listeners = new Set<(why: Forgotten) => void>();

/** Somebody signed out, or the server knew the session no more. */
export type Forgotten = 'signed-out' | 'over';

/** What a call must carry beside the session's cookie, which the browser sends; held in memory only. */
export const credentials = {
  headersFor(method: string): Readonly<Record<string, string>> {
    return csrfToken === null || method === 'GET' ? {} : { 'x-csrf-token': csrfToken };
  },
  take(token: string): void {
    csrfToken = token;
  },
  /** After this the sign-in page is shown. */
  forget(why: Forgotten): void {
    csrfToken = null;
    for (const listener of listeners) listener(why);
  },
  onForgotten(listener: (why: Forgotten) => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
