import { useSyncExternalStore } from 'react';

/** Where the address bar points: the path, and what follows the question mark. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

const listeners = new Set<() => void>();
let place = read();

window.addEventListener('popstate', changed);

function read(): Place {
  const { pathname, search } = window.location;
  return { path: pathname, query: new URLSearchParams(search) };
}

function changed(): void {
  place = read();
  for (const listener of listeners) listener();
}

export function usePlace(): Place {
  return useSyncExternalStore(subscribe, () => place);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function goTo(href: string): void {
  window.history.pushState(null, '', href);
  changed();
  window.scrollTo(0, 0);
}

/** Sets or, with null, removes what the query says; the page stays. */
export function setQuery(
  values: Readonly<Record<string, string | null>>,
  how: 'push' | 'replace' = 'push',
): void {
  const query = new URLSearchParams(window.location.search);
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === '') query.delete(name);
    else query.set(name, value);
  }
  const search = query.size === 0 ? '' : `?${query}`;
  const href = `${window.location.pathname}${search}`;
  if (how === 'push') window.history.pushState(null, '', href);
  else window.history.replaceState(null, '', href);
  changed();
}
