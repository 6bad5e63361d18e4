import type {
  Actor,
  AlertFilter,
  NotificationFilter,
  NotificationPosition,
  PageRequest,
  PauseReason,
  ResendJobDraft,
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
  | 'startResendJob'
  | 'findResendJob'
  | 'listResendJobs'
  | 'stopResendJob'
  | 'listTasks'
  | 'findTasks'
  | 'listAlerts'
  | 'recordAudit'
>;

/** What a customer may resend at a time: enough for a bad day, and too little to keep its endpoint busy for hours by mistake. */
export const resentOfCustomerMax = 1_000;

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

  // No user and no key has a colon in its name.
  const startedBy = `customer:${customerId}`;

  async function findResendJob(jobId: string) {
    const job = await store.findResendJob(jobId);
    return job?.startedBy === startedBy ? job : undefined;
  }

  async function startResendJob(draft: ResendJobDraft, by?: Actor) {
    if (!isOwn(draft.filter.customerId)) throw new Error('The filter is of another customer.');
    const own = { ...draft, filter: { ...draft.filter, customerId }, startedBy, alone: true };
    return store.startResendJob(own, by);
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
    startResendJob,
    findResendJob,
    listResendJobs: (limit: number) => store.listResendJobs(limit, startedBy),
    stopResendJob: async (jobId: string) => (await findResendJob(jobId)) && store.stopResendJob(jobId),
    listTasks: async (filter: TaskFilter, page: PageRequest) =>
      isOwn(filter.customerId) ? store.listTasks({ ...filter, customerId }, page) : nothing,
    findTasks: async (houseTaskId, asked) => (isOwn(asked) ? store.findTasks(houseTaskId, customerId) : []),
    listAlerts: async (filter: AlertFilter, page: PageRequest) =>
      isOwn(filter.customerId) ? store.listAlerts({ ...filter, customerId }, page) : nothing,
    recordAudit: store.recordAudit.bind(store),
  };
}
