import { lazy, Suspense } from 'react';
import { closeDetail, usePlace } from '../../shell/place.ts';

// A page opens without it: drawers are heavy.
const NotificationDrawer = lazy(() => import('./notification-drawer.tsx'));

/** The notification that the address names as open, beside whatever page that is. */
export function OpenedNotification() {
  const id = usePlace().query.get('open');
  return <Suspense>{id !== null && <NotificationDrawer id={id} onClose={closeDetail} />}</Suspense>;
}
