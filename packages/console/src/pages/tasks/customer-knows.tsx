import type { HouseTaskHistory, Notification } from '@doorbell/server/api';
import { useCustomers } from '../../api/books.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { explainNotification } from '../../parts/explain-notification.ts';
import { Link } from '../../parts/link.tsx';
import { ResultTag, useStateName } from '../../parts/tags.tsx';

interface CustomerKnowsProps {
  readonly task: HouseTaskHistory;
  readonly notifications: readonly Notification[];
}

/** "Why does the customer not know that the house is done?", answered in words: one line for each endpoint. */
export function CustomerKnows({ task, notifications }: CustomerKnowsProps) {
  const { t, language } = useLanguage();
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
          <li key={notification.id}>
            <ResultTag notification={notification} />
            <Link to={`/endpoints/${notification.endpointId}`}>{notification.endpointId}</Link>
            <span>{explainNotification(notification, language)}</span>
          </li>
        ))}
      </ul>
    </section>
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
