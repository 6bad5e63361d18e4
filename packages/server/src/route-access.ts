import type { Scope } from '@doorbell/engine';

/** Who may call a route. */
export interface RouteAccess {
  /** `session`: whoever has signed in, whatever their role. `anyone`: the request itself holds the proof. */
  readonly scope: Scope | 'session' | 'anyone';
  /** Whether the session of a customer's link may call it; the route then works on `request.store` alone. */
  readonly customers: boolean;
}

const forStaff = (scope: RouteAccess['scope']): RouteAccess => ({ scope, customers: false });
const forCustomersToo = (scope: RouteAccess['scope']): RouteAccess => ({ scope, customers: true });

/** Every route under /v1, in one place to be read through. One that is missing here keeps the server from starting. */
export const routeAccess: Readonly<Record<string, RouteAccess>> = {
  'POST /v1/state-changes': forStaff('append'),

  'GET /v1/customers': forCustomersToo('read'),
  'GET /v1/customers/:customerId': forCustomersToo('read'),
  'PUT /v1/customers/:customerId': forStaff('admin'),

  'GET /v1/endpoints': forCustomersToo('read'),
  'GET /v1/endpoints/:endpointId': forCustomersToo('read'),
  'GET /v1/endpoints/:endpointId/health': forCustomersToo('read'),
  'PUT /v1/endpoints/:endpointId': forStaff('admin'),
  'POST /v1/endpoints/:endpointId/pause': forCustomersToo('operate'),
  'POST /v1/endpoints/:endpointId/resume': forCustomersToo('operate'),
  'POST /v1/endpoints/:endpointId/test': forCustomersToo('operate'),
  'POST /v1/endpoints/:endpointId/conformance': forCustomersToo('operate'),
  'POST /v1/endpoints/:endpointId/rotate-key': forStaff('admin'),

  'GET /v1/overview': forCustomersToo('read'),
  'GET /v1/notifications': forCustomersToo('read'),
  'GET /v1/notifications/:notificationId': forCustomersToo('read'),
  'POST /v1/notifications/:notificationId/verify': forCustomersToo('read'),
  'GET /v1/tail': forCustomersToo('read'),
  'POST /v1/notifications/:notificationId/resend': forCustomersToo('operate'),
  'POST /v1/notifications/resend': forCustomersToo('operate'),
  'POST /v1/resends': forCustomersToo('operate'),
  'GET /v1/resends': forCustomersToo('read'),
  'GET /v1/resends/:resendId': forCustomersToo('read'),
  'POST /v1/resends/:resendId/stop': forCustomersToo('operate'),
  'GET /v1/house-tasks': forCustomersToo('read'),
  'GET /v1/house-tasks/:houseTaskId': forCustomersToo('read'),

  'GET /v1/alerts': forCustomersToo('read'),
  'POST /v1/alerts/:alertId/acknowledge': forStaff('operate'),
  'GET /v1/alert-thresholds': forStaff('read'),
  'PUT /v1/alert-thresholds': forStaff('admin'),
  'GET /v1/alert-channels': forStaff('admin'),
  'GET /v1/alert-channels/:channelId': forStaff('admin'),
  'PUT /v1/alert-channels/:channelId': forStaff('admin'),
  'DELETE /v1/alert-channels/:channelId': forStaff('admin'),
  'POST /v1/alert-channels/:channelId/test': forStaff('admin'),

  'POST /v1/sessions': forStaff('anyone'),
  'POST /v1/setup': forStaff('anyone'),
  'GET /v1/session': forCustomersToo('session'),
  'DELETE /v1/session': forCustomersToo('session'),

  'GET /v1/users': forStaff('admin'),
  'POST /v1/users': forStaff('admin'),
  'PATCH /v1/users/:userName': forStaff('admin'),
  'GET /v1/api-keys': forStaff('admin'),
  'POST /v1/api-keys': forStaff('admin'),
  'DELETE /v1/api-keys/:keyId': forStaff('admin'),
  'GET /v1/portal-links': forStaff('admin'),
  'POST /v1/portal-links': forStaff('admin'),
  'DELETE /v1/portal-links/:linkId': forStaff('admin'),
  'GET /v1/audit-log': forStaff('admin'),
  'GET /v1/audit-log/verify': forStaff('admin'),
};

/** Throws for a route that the table does not have. */
export function accessOf(method: string, url: string): RouteAccess {
  const name = `${method === 'HEAD' ? 'GET' : method} ${url}`;
  const access = routeAccess[name];
  if (access === undefined) throw new Error(`Say in route-access.ts who may call ${name}.`);
  return access;
}
