let csrfToken: string | null = null;
const listeners = new Set<() => void>();

/** What a call must carry beside the session's cookie, which the browser sends; held in memory only. */
export const credentials = {
  headersFor(method: string): Readonly<Record<string, string>> {
    return csrfToken === null || method === 'GET' ? {} : { 'x-csrf-token': csrfToken };
  },
  take(token: string): void {
    csrfToken = token;
  },
  /** After this the sign-in page is shown. */
  forget(): void {
    csrfToken = null;
    for (const listener of listeners) listener();
  },
  onForgotten(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
