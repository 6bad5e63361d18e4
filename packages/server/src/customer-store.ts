import type {
  Actor,
  AlertFilter,
  NotificationFilter,
  NotificationPosition,
  PageRequest,
  PauseReason,
  ResendPosition,
  StoreAdmin,
  TaskFilter,
} from '@doorbell/engine';

/** What routes that a customer may call have of the store: nothing else is known to be limited to the customer's rows. */
export type CustomerStore = Pick<
  StoreAdmin,
  | 'listCustomers'
  | 'findCustomer'
  | 'listEndpoints'
  | 'findEndpoint'
  | 'pauseEndpoint'
  | 'resumeEndpoint'
  | 'listNotifications'
  | 'findNotification'
  | 'listAttempts'
  | 'countNotifications'
  | 'resend'
  | 'listTasks'
  | 'findTasks'
  | 'listAlerts'
  | 'recordAudit'
>;

const nothing = { items: [], next: null };

/** The store as the customer sees it: the rows of others are not there. */
export function createCustomerStore(store: StoreAdmin, customerId: string): CustomerStore {
  const isOwn = (asked: string | undefined) => asked === undefined || asked === customerId;
  const own = <T extends { readonly customerId: string }>(row: T | undefined) =>
    row?.customerId === customerId ? row : undefined;

  async function findEndpoint(endpointId: string) {
    return own(await store.findEndpoint(endpointId));
  }

  async function findNotification(position: NotificationPosition) {
    return own(await store.findNotification(position));
  }

  async function resend(what: NotificationFilter | ResendPosition, limit: number) {
    const none = { resent: 0 };
    if ('laneId' in what) {
      return (await findNotification(what)) === undefined ? none : store.resend(what, limit);
    }
    return isOwn(what.customerId) ? store.resend({ ...what, customerId }, limit) : none;
  }

  return {
    async listCustomers() {
      const customer = await store.findCustomer(customerId);
      return customer === undefined ? [] : [customer];
    },
    findCustomer: async (asked) => (isOwn(asked) ? store.findCustomer(asked) : undefined),
    listEndpoints: async (asked) => (isOwn(asked) ? store.listEndpoints(customerId) : []),
    findEndpoint,
    pauseEndpoint: async (endpointId: string, reason: PauseReason, detail: string, by?: Actor) =>
      (await findEndpoint(endpointId)) && store.pauseEndpoint(endpointId, reason, detail, by),
    resumeEndpoint: async (endpointId: string, by?: Actor) =>
      (await findEndpoint(endpointId)) && store.resumeEndpoint(endpointId, by),
    listNotifications: async (filter: NotificationFilter, page: PageRequest) =>
      isOwn(filter.customerId) ? store.listNotifications({ ...filter, customerId }, page) : nothing,
    findNotification,
    listAttempts: async (position) =>
      (await findNotification(position)) === undefined ? [] : store.listAttempts(position),
    countNotifications: async (filter, countMax) =>
      isOwn(filter.customerId) ? store.countNotifications({ ...filter, customerId }, countMax) : 0,
    resend,
    listTasks: async (filter: TaskFilter, page: PageRequest) =>
      isOwn(filter.customerId) ? store.listTasks({ ...filter, customerId }, page) : nothing,
    findTasks: async (houseTaskId, asked) => (isOwn(asked) ? store.findTasks(houseTaskId, customerId) : []),
    listAlerts: async (filter: AlertFilter, page: PageRequest) =>
      isOwn(filter.customerId) ? store.listAlerts({ ...filter, customerId }, page) : nothing,
    recordAudit: store.recordAudit.bind(store),
  };
}
