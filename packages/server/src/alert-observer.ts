import type { SendObserver, WatchObserver } from '@doorbell/engine';
import type { Logger } from 'pino';
import type { Metrics } from './metrics.ts';

/** Turns what becomes of alerts into metrics and log lines. Never a URL: whoever reads logs could write to the group. */
export function createAlertObserver(metrics: Metrics, logger: Logger): SendObserver & WatchObserver {
  return {
    alertRaised({ id, kind, endpointId, detail }) {
      logger.warn({ alertId: id, alert: kind, endpointId, detail }, 'An alert was raised.');
    },
    alertCleared({ id, kind, endpointId }) {
      logger.info({ alertId: id, alert: kind, endpointId }, 'An alert was cleared.');
    },
    alertsSent({ channel: { id: channelId, kind } }, { failure, steps }) {
      for (const { step } of steps) metrics.alertMessageSettled(kind, step.kind);
      if (failure !== null) logger.warn({ channelId, failure }, 'An alert did not arrive.');
    },
    failed(doing, error) {
      metrics.failed(doing);
      logger.error({ err: error, doing }, 'Alerts met a failure of their own; it is tried again.');
    },
  };
}
