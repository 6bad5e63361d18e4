import type { Notification, Page } from '@doorbell/server/api';
import type { NotificationFilter } from '../parts/notification-query.ts';
import { callApi } from './call-api.ts';

const pageSize = 50;

/** The question of the list, apart from its page, so that it can be asked while the page's script is on its way. */
export function listNotifications(filter: NotificationFilter, cursor: string | null, order: string | null) {
  return {
    queryKey: ['notifications', filter, cursor, order],
    queryFn: async ({ signal }: { readonly signal: AbortSignal }) => {
      // A page may be empty and not the last: the server reads only so much that does not match.
      for (let from = cursor; ; ) {
        const query = { ...filter, cursor: from, order, limit: pageSize };
        const page = await callApi<Page<Notification>>('/notifications', { query, signal });
        if (page.items.length > 0 || page.next === null) return page;
        from = page.next;
      }
    },
  };
}
