import type { Alert, AlertCondition, AlertFilter, AlertThresholds } from './alert.ts';
import type {
  AlertChannel,
  AlertChannelDraft,
  AlertDispatch,
  AlertDispatchSettlement,
} from './alert-channel.ts';
import type { AlertSigns, AlertSignsFrom } from './alert-signs.ts';
import type { Actor } from './audit.ts';
import type { Page, PageRequest } from './notification.ts';

/**
 * Alerts, the channels they are sent to, and the messages on their way there. Any number of processes may look for
 * alerts and send them: the database lets one of a kind and endpoint hold at a time, and one process send to a channel.
 */
export interface StoreAlerts {
  /** Reads what may raise or hold an alert, and nothing of endpoints that are well: at most one index probe for each. */
  readAlertSigns(from: AlertSignsFrom): Promise<AlertSigns>;
  /** Raises each that does not hold already, with a message for every enabled channel that wants it; returns those raised. */
  raiseAlerts(conditions: readonly AlertCondition[]): Promise<readonly Alert[]>;
  /** Ends those that hold, with a message for each channel that was told of the raising; returns those cleared. */
  clearAlerts(alertIds: readonly number[]): Promise<readonly Alert[]>;
  /** Oldest first. */
  listUnclearedAlerts(): Promise<readonly Alert[]>;
  /** Newest first. */
  listAlerts(filter: AlertFilter, page: PageRequest): Promise<Page<Alert>>;
  /** The first who acknowledges it stays on record. */
  acknowledgeAlert(alertId: number, by: Actor): Promise<Alert | undefined>;
  /** Forgets what was cleared more than `alertsKeptMs` ago, at most some thousand at a time. */
  retireAlerts(): Promise<void>;

  /** The defaults unless someone has set others. */
  readAlertThresholds(): Promise<AlertThresholds>;
  putAlertThresholds(thresholds: AlertThresholds, by?: Actor): Promise<AlertThresholds>;

  /** Creates or replaces; what waits for a channel that is disabled is dropped. Throws RangeError for a new one without URL. */
  putAlertChannel(draft: AlertChannelDraft, by?: Actor): Promise<AlertChannel>;
  findAlertChannel(channelId: string): Promise<AlertChannel | undefined>;
  /** In the order of their ids. */
  listAlertChannels(): Promise<readonly AlertChannel[]>;
  /** With the messages that wait for it. Returns what was deleted. */
  deleteAlertChannel(channelId: string, by?: Actor): Promise<AlertChannel | undefined>;

  /** What may be sent now: for each channel at most `alertPace` messages, the raising of an alert before its clearing. */
  claimAlertDispatches(limit: number, leaseMs: number): Promise<readonly AlertDispatch[]>;
  /** False when another process has claimed the channel since. */
  settleAlertDispatch(settlement: AlertDispatchSettlement): Promise<boolean>;
}
