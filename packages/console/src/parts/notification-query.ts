import type { Query } from '../api/call-api.ts';

/** The conditions of the query form, which are the names of the API and of the address bar alike. */
export const filterNames = [
  'customerId',
  'endpointId',
  'houseTaskId',
  'houseId',
  'result',
  'state',
  'from',
  'to',
] as const;

export type FilterName = (typeof filterNames)[number];
export type NotificationFilter = Readonly<Partial<Record<FilterName, string>>>;

export function readFilter(query: URLSearchParams): NotificationFilter {
  const given = filterNames.flatMap((name) => {
    const value = query.get(name)?.trim();
    return value ? [[name, value] as const] : [];
  });
  return Object.fromEntries(given);
}

export function isEmptyFilter(filter: NotificationFilter): boolean {
  return Object.keys(filter).length === 0;
}

/** The filter as the API takes it in a body: numbers as numbers. */
export function filterBody({ result, state, ...rest }: NotificationFilter): Query {
  return {
    ...rest,
    ...(result === undefined ? {} : { result: Number(result) }),
    ...(state === undefined ? {} : { state: Number(state) }),
  };
}

/** The list with that filter. */
export function notificationsHref(filter: NotificationFilter): string {
  return `/notifications?${new URLSearchParams(filter)}`;
}
