import { useSyncExternalStore } from 'react';

/** Where the address bar points: the path, and what follows the question mark. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** The state of a history entry that a click in this page has made. */
const openedHere = 'opened-here';
const listeners = new Set<() => void>();
let place = read();
/** The browser takes its time to go back; asked twice meanwhile, it would go back twice. */
let isGoingBack = false;

window.addEventListener('popstate', () => {
  isGoingBack = false;
  changed();
});

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
  else window.history.replaceState(window.history.state, '', href);
  changed();
}

/** Names what is open beside the page; the browser's own way back closes it. */
export function openDetail(id: string): void {
  const { query } = place;
  if (query.get('open') === id) return;
  const isAnotherOpen = query.has('open');
  setQuery({ open: id }, isAnotherOpen ? 'replace' : 'push');
  if (!isAnotherOpen) window.history.replaceState(openedHere, '');
}

/** Leaves nothing behind in the history: the way back from here leads on past what was open. */
export function closeDetail(): void {
  if (isGoingBack) return;
  isGoingBack = window.history.state === openedHere;
  if (isGoingBack) window.history.back();
  else setQuery({ open: null }, 'replace');
}
