import type { HouseTaskHistory, Notification } from '@doorbell/server/api';
import { useCustomers, useEndpoints } from '../../api/books.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { explainNotification } from '../../parts/explain-notification.ts';
import { Link } from '../../parts/link.tsx';
import { ResultTag, useStateName } from '../../parts/tags.tsx';
import { openDetail } from '../../shell/place.ts';
import { StandstillReason } from '../endpoints/endpoint-status.tsx';
import { adviceOn, findObstacle } from './find-obstacle.ts';

interface CustomerKnowsProps {
  readonly task: HouseTaskHistory;
  readonly notifications: readonly Notification[];
}

/** "Why does the customer not know that the house is done?", answered in words: one entry for each endpoint. */
export function CustomerKnows({ task, notifications }: CustomerKnowsProps) {
  const { t } = useLanguage();
  const nameOf = useStateName();
  const customers = useCustomers();
  const latest = notifications.filter(({ sequence }) => sequence === task.lastSequence);
  const customer = customers.data?.find(({ id }) => id === task.customerId)?.name ?? task.customerId;
  const values = { customer, house: task.houseId, state: `${task.state} ${nameOf(task.state)}` };
  const verdict = verdictOf(latest);
  return (
    <section className={`card verdict verdict-${verdict}`}>
      <h2>{t(`task.knows.${verdict}`, values)}</h2>
      {verdict === 'nobody' && <p>{t('task.knows.nobodyHint')}</p>}
      <ul>
        {latest.map((notification) => (
          <EndpointKnows key={notification.id} notification={notification} all={notifications} />
        ))}
      </ul>
    </section>
  );
}

interface EndpointKnowsProps {
  readonly notification: Notification;
  readonly all: readonly Notification[];
}

/** Whether one endpoint has been told; if not, what stands in the way, however far back, and what is to be done. */
function EndpointKnows({ notification, all }: EndpointKnowsProps) {
  const { t, language } = useLanguage();
  const endpoint = useEndpoints().data?.find(({ id }) => id === notification.endpointId);
  const obstacle = findObstacle(notification, all);
  const advice = adviceOn(obstacle);
  return (
    <li>
      <p className="verdict-line">
        <ResultTag notification={notification} />
        <Link to={`/endpoints/${notification.endpointId}`}>{notification.endpointId}</Link>
        <span className="verdict-words">{explainNotification(notification, language)}</span>
      </p>
      {obstacle !== notification && (
        <p className="verdict-line">
          <ResultTag notification={obstacle} />
          <span className="verdict-words">
            {t('task.heldUpBy', { sequence: obstacle.sequence })} {explainNotification(obstacle, language)}
          </span>
        </p>
      )}
      {notification.result === 0 && endpoint !== undefined && <StandstillReason endpoint={endpoint} />}
      {advice !== undefined && (
        <p className="verdict-line">
          <strong>{t(`task.do.${advice}`)}</strong>
          <button
            type="button"
            className="cell-button in-line"
            aria-haspopup="dialog"
            onClick={() => openDetail(obstacle.id)}
          >
            {t('task.showExchange')}
          </button>
        </p>
      )}
    </li>
  );
}

type Verdict = 'yes' | 'partly' | 'no' | 'soon' | 'nobody';

function verdictOf(latest: readonly Notification[]): Verdict {
  if (latest.length === 0) return 'nobody';
  const delivered = latest.filter(({ result }) => result === 1).length;
  if (delivered === latest.length) return 'yes';
  if (delivered > 0) return 'partly';
  const isUnderWay = latest.every(
    ({ result, waiting }) => result === 0 && (waiting?.for === 'delivery' || waiting?.for === 'answer'),
  );
  return isUnderWay ? 'soon' : 'no';
}
