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
import { type ComponentType, lazy, type ReactNode } from 'react';
import type { Deed } from '../api/session.ts';
import type { TextKey } from '../i18n/zh.ts';
import { OpenAlerts } from './open-alerts.tsx';

export interface MenuItem {
  readonly path: string;
  readonly title: TextKey;
  readonly icon: ReactNode;
  /** What one must be allowed to, to find it in the menu. */
  readonly deed: Deed;
  readonly page: ComponentType;
  /** Beside its title. */
  readonly badge?: ComponentType;
}

/** The pages in the order of the menu; each is loaded when it is first opened. */
export const menu: readonly MenuItem[] = [
  {
    path: '/',
    title: 'menu.overview',
    icon: <DashboardOutlined aria-hidden />,
    deed: 'look',
    page: lazy(() => import('../pages/overview/overview-page.tsx')),
  },
  {
    path: '/notifications',
    title: 'menu.notifications',
    icon: <BellOutlined aria-hidden />,
    deed: 'look',
    page: lazy(() => import('../pages/notifications/notifications-page.tsx')),
  },
  {
    path: '/tasks',
    title: 'menu.tasks',
    icon: <NodeIndexOutlined aria-hidden />,
    deed: 'look',
    page: lazy(() => import('../pages/tasks/tasks-page.tsx')),
  },
  {
    path: '/endpoints',
    title: 'menu.endpoints',
    icon: <ApiOutlined aria-hidden />,
    deed: 'look',
    page: lazy(() => import('../pages/endpoints/endpoints-page.tsx')),
  },
  {
    path: '/tail',
    title: 'menu.tail',
    icon: <ThunderboltOutlined aria-hidden />,
    deed: 'look',
    page: lazy(() => import('../pages/tail/tail-page.tsx')),
  },
  {
    path: '/alerts',
    title: 'menu.alerts',
    icon: <AlertOutlined aria-hidden />,
    deed: 'look',
    page: lazy(() => import('../pages/alerts/alerts-page.tsx')),
    badge: OpenAlerts,
  },
  {
    path: '/resends',
    title: 'menu.resends',
    icon: <RedoOutlined aria-hidden />,
    deed: 'see-all',
    page: lazy(() => import('../pages/resends/resends-page.tsx')),
  },
  {
    path: '/access',
    title: 'menu.access',
    icon: <TeamOutlined aria-hidden />,
    deed: 'administer',
    page: lazy(() => import('../pages/access/access-page.tsx')),
  },
  {
    path: '/audit',
    title: 'menu.audit',
    icon: <AuditOutlined aria-hidden />,
    deed: 'administer',
    page: lazy(() => import('../pages/audit/audit-page.tsx')),
  },
];

/** The page that a path belongs to: `/endpoints/acme-main` to `/endpoints`. */
export function findMenuItem(path: string): MenuItem | undefined {
  return menu.find((item) => path === item.path || (item.path !== '/' && path.startsWith(`${item.path}/`)));
}
