/** What a database looks like after a month: counted here, written by the statements beside it. */
export interface HistoryShape {
  /** Each has seven changes, three hours apart, as far as they lie in the past. */
  readonly tasks: number;
  readonly notifications: number;
  readonly now: number;
}

/** Less than what is kept, so that nothing is retired meanwhile. */
export const monthMs: number = 28 * 86_400_000;
export const stepMs: number = 3 * 3_600_000;
export const changesPerTask = 7;
const customers = 40;

export interface HistoryEndpoint {
  readonly id: string;
  readonly customer: number;
  /** Days before now. */
  readonly ageDays: number;
  /** Everything since then waits. */
  readonly pausedForDays?: number;
  /** Of a thousand notifications. */
  readonly refused: number;
  readonly failed: number;
  readonly superseded: number;
}

const usual = { ageDays: 29, refused: 5, failed: 5, superseded: 0 } as const;

/** One for each customer; the first and the second have another, and some are in trouble. */
export const historyEndpoints: readonly HistoryEndpoint[] = [
  ...Array.from({ length: customers }, (_, index) => ({
    ...usual,
    id: `e${index + 1}`,
    customer: index + 1,
    ...(index + 1 === 3 ? { pausedForDays: 5 } : {}),
    ...(index + 1 === 7 ? { refused: 200 } : {}),
    ...(index + 1 === 8 ? { failed: 300 } : {}),
    ...(index + 1 === 9 ? { superseded: 300 } : {}),
  })),
  { ...usual, id: 'e1-new', customer: 1, ageDays: 1 },
  { ...usual, id: 'e2-second', customer: 2, ageDays: 29 },
];

export const customerName = (customer: number): string => `c${customer}`;
export const customerNumbers: readonly number[] = Array.from({ length: customers }, (_, index) => index + 1);

/** As in `customerOf`, for a statement: the first customer has 16 % of the tasks, the last 1.3 %. */
export const customerOfTask = `(1 + (${customers} * hash16 * hash16) / 4294967296)`;
export const hash16OfTask = '((n * 2654435761) % 4294967296) / 65536';

function customerOf(task: number): number {
  const hash16 = Math.floor(((task * 2_654_435_761) % 4_294_967_296) / 65_536);
  return 1 + Math.floor((customers * hash16 * hash16) / 4_294_967_296);
}

/** The history of at least so many notifications. */
export function shapeOfHistory(notificationsMin: number, now: number): HistoryShape {
  let tasks = Math.ceil(notificationsMin / changesPerTask / 1.1);
  for (;;) {
    const notifications = countNotifications(tasks, now);
    if (notifications >= notificationsMin) return { tasks, notifications, now };
    tasks = Math.ceil((tasks * notificationsMin * 1.0005) / notifications);
  }
}

function countNotifications(tasks: number, now: number): number {
  const endpointsOf = customerNumbers.map((customer) =>
    historyEndpoints.filter((endpoint) => endpoint.customer === customer),
  );
  let notifications = 0;
  for (let task = 1; task <= tasks; task += 1) {
    const born = now - monthMs + Math.floor((task * monthMs) / (tasks + 1));
    const length = Math.min(changesPerTask, 1 + Math.floor((now - born) / stepMs));
    for (const { ageDays } of endpointsOf[customerOf(task) - 1] ?? []) {
      const before = Math.max(0, Math.ceil((now - ageDays * 86_400_000 - born) / stepMs));
      notifications += Math.max(0, length - before);
    }
  }
  return notifications;
}
