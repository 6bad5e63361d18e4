import {
  AlertOutlined,
  ApiOutlined,
  AuditOutlined,
  BellOutlined,
  DashboardOutlined,
  NodeIndexOutlined,
  RedoOutlined,
  TeamOutlined,
  ThunderboltOutlined,
} from '@ant-design/icons';
import type { QueryClient } from '@tanstack/react-query';
import type { ComponentType, ReactNode } from 'react';
import { listNotifications } from '../api/list-notifications.ts';
import type { Deed } from '../api/session.ts';
import type { TextKey } from '../i18n/zh.ts';
import { readFilter } from '../parts/notification-query.ts';
import { OpenAlerts } from './open-alerts.tsx';
import { type LazyPage, lazyPage } from './page.tsx';

export interface MenuItem extends LazyPage {
  readonly path: string;
  readonly title: TextKey;
  readonly icon: ReactNode;
  /** What one must be allowed to, to find it in the menu. */
  readonly deed: Deed;
  /** Asks what the page will ask first, so that the answer and the page's script are under way together. */
  readonly ask?: (queries: QueryClient, query: URLSearchParams) => void;
  /** Beside its title. */
  readonly badge?: ComponentType;
}

/** The pages in the order of the menu; the script of each is loaded when it is needed, or may be soon. */
export const menu: readonly MenuItem[] = [
  {
    path: '/',
    title: 'menu.overview',
    icon: <DashboardOutlined aria-hidden />,
    deed: 'look',
    ...lazyPage(() => import('../pages/overview/overview-page.tsx')),
  },
  {
    path: '/notifications',
    title: 'menu.notifications',
    icon: <BellOutlined aria-hidden />,
    deed: 'look',
    ...lazyPage(() => import('../pages/notifications/notifications-page.tsx')),
    ask: (queries, query) =>
      void queries.prefetchQuery(
        listNotifications(readFilter(query), query.get('cursor'), query.get('order')),
      ),
  },
  {
    path: '/tasks',
    title: 'menu.tasks',
    icon: <NodeIndexOutlined aria-hidden />,
    deed: 'look',
    ...lazyPage(() => import('../pages/tasks/tasks-page.tsx')),
  },
  {
    path: '/endpoints',
    title: 'menu.endpoints',
    icon: <ApiOutlined aria-hidden />,
    deed: 'look',
    ...lazyPage(() => import('../pages/endpoints/endpoints-page.tsx')),
  },
  {
    path: '/tail',
    title: 'menu.tail',
    icon: <ThunderboltOutlined aria-hidden />,
    deed: 'look',
    ...lazyPage(() => import('../pages/tail/tail-page.tsx')),
  },
  {
    path: '/alerts',
    title: 'menu.alerts',
    icon: <AlertOutlined aria-hidden />,
    deed: 'look',
    ...lazyPage(() => import('../pages/alerts/alerts-page.tsx')),
    badge: OpenAlerts,
  },
  {
    path: '/resends',
    title: 'menu.resends',
    icon: <RedoOutlined aria-hidden />,
    deed: 'look',
    ...lazyPage(() => import('../pages/resends/resends-page.tsx')),
  },
  {
    path: '/access',
    title: 'menu.access',
    icon: <TeamOutlined aria-hidden />,
    deed: 'administer',
    ...lazyPage(() => import('../pages/access/access-page.tsx')),
  },
  {
    path: '/audit',
    title: 'menu.audit',
    icon: <AuditOutlined aria-hidden />,
    deed: 'administer',
    ...lazyPage(() => import('../pages/audit/audit-page.tsx')),
  },
];

/** The page that a path belongs to: `/endpoints/acme-main` to `/endpoints`. */
export function findMenuItem(path: string): MenuItem | undefined {
  return menu.find((item) => path === item.path || (item.path !== '/' && path.startsWith(`${item.path}/`)));
}
