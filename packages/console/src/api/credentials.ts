type Listener = () => void;

let csrfToken: string | null = null;
let apiKey: string | null = null;
const listeners = new Set<Listener>();

/** How calls prove who makes them: the session's cookie and its token, or an API key; held in memory only. */
export const credentials = {
  headersFor(method: string): Readonly<Record<string, string>> {
    if (apiKey !== null) return { authorization: `Bearer ${apiKey}` };
    return csrfToken === null || method === 'GET' ? {} : { 'x-csrf-token': csrfToken };
  },
  takeSession(token: string): void {
    csrfToken = token;
    apiKey = null;
  },
  takeApiKey(key: string): void {
    apiKey = key;
    csrfToken = null;
  },
  /** After this the sign-in page is shown. */
  forget(): void {
    csrfToken = null;
    apiKey = null;
    for (const listener of listeners) listener();
  },
  onForgotten(listener: Listener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
