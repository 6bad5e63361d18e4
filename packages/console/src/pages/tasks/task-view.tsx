import type { HouseTaskHistory, Notification, Page } from '@doorbell/server/api';
import { useQuery } from '@tanstack/react-query';
import { callApi } from '../../api/call-api.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { Copyable } from '../../parts/copyable.tsx';
import { CustomerName } from '../../parts/customer-name.tsx';
import { Fact } from '../../parts/fact.tsx';
import { Moment } from '../../parts/moment.tsx';
import { Loading, Unanswered } from '../../parts/standing.tsx';
import { StateLabel } from '../../parts/tags.tsx';
import { OpenedNotification } from '../notifications/opened-notification.tsx';
import { ChangeTable } from './change-table.tsx';
import { CustomerKnows } from './customer-knows.tsx';
import { StateDiagram } from './state-diagram.tsx';

interface TaskViewProps {
  readonly customerId: string | null;
  readonly houseTaskId: string;
}

/** One task's life: what the customer knows of it, its way through the states, every change and its notifications. */
export function TaskView({ customerId, houseTaskId }: TaskViewProps) {
  const found = useTask(customerId, houseTaskId);
  if (found.isPending) return <Loading />;
  if (found.data === undefined) return <Unanswered found={found} />;
  const { task, notifications } = found.data;
  return (
    <>
      <Unanswered found={found} />
      <CustomerKnows task={task} notifications={notifications} />
      <section className="card">
        <TaskFacts task={task} />
        <StateDiagram task={task} />
      </section>
      <section className="card">
        <ChangeTable changes={task.changes} notifications={notifications} />
      </section>
      <OpenedNotification />
    </>
  );
}

/** The API's longest page; a task with more changes shows the notifications of its newest ones. */
const notificationsMax = 500;

function useTask(customerId: string | null, houseTaskId: string) {
  return useQuery({
    queryKey: ['task', customerId, houseTaskId],
    queryFn: async ({ signal }) => {
      const path = `/house-tasks/${encodeURIComponent(houseTaskId)}`;
      const task = await callApi<HouseTaskHistory>(path, { query: { customerId }, signal });
      const { items } = await callApi<Page<Notification>>('/notifications', {
        query: { customerId: task.customerId, houseTaskId, limit: notificationsMax },
        signal,
      });
      return { task, notifications: items };
    },
    refetchInterval: 5_000,
  });
}

function TaskFacts({ task }: { readonly task: HouseTaskHistory }) {
  const { t } = useLanguage();
  return (
    <dl className="facts">
      <Fact name={t('field.houseId')}>
        <Copyable text={task.houseId} />
      </Fact>
      <Fact name={t('field.houseTaskId')}>
        <Copyable text={task.houseTaskId} />
      </Fact>
      <Fact name={t('field.customer')}>
        <CustomerName id={task.customerId} />
      </Fact>
      <Fact name={t('field.packageId')}>
        <Copyable text={task.packageId} />
      </Fact>
      <Fact name={t('field.userName')}>
        {task.userName} <span className="dim">({task.userId})</span>
      </Fact>
      <Fact name={t('field.state')}>
        <StateLabel code={task.state} /> <Moment at={task.changedAt} />
      </Fact>
    </dl>
  );
}
