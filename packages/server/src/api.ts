import type { Static } from 'typebox';
import type { apiKey } from './routes/api-keys.ts';
import type { auditEntry } from './routes/audit-log.ts';
import type { endpointHealth, overview } from './routes/overview.ts';
import type { portalLink } from './routes/portal-links.ts';
import type { resendJob } from './routes/resends.ts';
import type { user } from './routes/users.ts';
import type { alert, alertChannel, alertThresholds } from './schemas/alert.ts';
import type { attempt, attemptVerification } from './schemas/attempt.ts';
import type { customer } from './schemas/customer.ts';
import type { endpoint, endpointBody } from './schemas/endpoint.ts';
import type { houseTask, houseTaskHistory } from './schemas/house-task.ts';
import type { notification, notificationWithAttempts } from './schemas/notification.ts';
import type { problem } from './schemas/problem.ts';
import type { session } from './schemas/session.ts';
import type { bucket } from './schemas/statistics.ts';

// What the API answers, for clients in TypeScript: types only, taken from the schemas that the routes are checked by.

export type { ConformanceCaseResult, ConformanceStart, ConformanceSummary } from './conformance-events.ts';
export type Alert = Static<typeof alert>;
export type AlertChannel = Static<typeof alertChannel>;
export type AlertThresholds = Static<typeof alertThresholds>;
export type Bucket = Static<typeof bucket>;
export type ApiKey = Static<typeof apiKey>;
export type Attempt = Static<typeof attempt>;
export type AuditEntry = Static<typeof auditEntry>;
export type AttemptVerification = Static<typeof attemptVerification>;
export type Customer = Static<typeof customer>;
export type Endpoint = Static<typeof endpoint>;
export type EndpointBody = Static<typeof endpointBody>;
export type HouseTask = Static<typeof houseTask>;
export type HouseTaskHistory = Static<typeof houseTaskHistory>;
export type Notification = Static<typeof notification>;
export type NotificationWithAttempts = Static<typeof notificationWithAttempts>;
export type EndpointHealth = Static<typeof endpointHealth>;
export type Overview = Static<typeof overview>;
export type PortalLink = Static<typeof portalLink>;
export type ResendJob = Static<typeof resendJob>;
export type Problem = Static<typeof problem>;
export type Session = Static<typeof session>;
export type User = Static<typeof user>;

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}
