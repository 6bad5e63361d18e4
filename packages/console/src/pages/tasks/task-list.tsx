import type { HouseTask, HouseTaskHistory, Page } from '@doorbell/server/api';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ApiProblem } from '../../api/api-problem.ts';
import { callApi } from '../../api/call-api.ts';
import { type Translate, useLanguage } from '../../i18n/language.tsx';
import { CustomerName } from '../../parts/customer-name.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Link } from '../../parts/link.tsx';
import { Moment } from '../../parts/moment.tsx';
import { Pager } from '../../parts/pager.tsx';
import { Loading, NoMatch, Nothing, Unanswered } from '../../parts/standing.tsx';
import { StateLabel } from '../../parts/tags.tsx';
import { goTo, setQuery } from '../../shell/place.ts';

interface TaskListProps {
  readonly customerId: string | null;
  /** A houseId or a houseTaskId. */
  readonly find: string | null;
  readonly cursor: string | null;
}

export function TaskList({ customerId, find, cursor }: TaskListProps) {
  const { t } = useLanguage();
  const found = useQuery({
    queryKey: ['tasks', customerId, find, cursor],
    queryFn: ({ signal }) => listTasks({ customerId, find, cursor }, signal),
    placeholderData: keepPreviousData,
  });
  if (found.isPending) return <Loading />;
  if (found.data === undefined) return <Unanswered found={found} />;
  const { items, next } = found.data;
  if (items.length === 0) {
    const isFiltered = customerId !== null || find !== null;
    return (
      <section className="card">
        {isFiltered ? (
          <NoMatch onReset={() => setQuery({ customerId: null, find: null, cursor: null })} />
        ) : (
          <Nothing title={t('task.empty')} hint={t('task.emptyHint')} />
        )}
      </section>
    );
  }
  return (
    <section className="card">
      <Unanswered found={found} />
      <DataTable
        caption={t('menu.tasks')}
        rows={items}
        rowKey={(task) => `${task.customerId} ${task.houseTaskId}`}
        columns={columns(t)}
        onOpen={(task) => goTo(hrefOf(task))}
        isStale={found.isPlaceholderData}
      />
      <Pager count={items.length} next={next} />
    </section>
  );
}

function hrefOf({ customerId, houseTaskId }: HouseTask): string {
  return `/tasks?${new URLSearchParams({ customerId, houseTaskId })}`;
}

/** By houseId, and with the task of that id in front if there is one. */
async function listTasks(
  { customerId, find, cursor }: TaskListProps,
  signal: AbortSignal,
): Promise<Page<HouseTask>> {
  const page = await callApi<Page<HouseTask>>('/house-tasks', {
    query: { customerId, houseId: find, cursor, limit: 50 },
    signal,
  });
  if (find === null || find.length > 32 || cursor !== null) return page;
  const task = await findTask(find, customerId, signal);
  return task === undefined ? page : { ...page, items: [task, ...page.items] };
}

async function findTask(
  houseTaskId: string,
  customerId: string | null,
  signal: AbortSignal,
): Promise<HouseTaskHistory | undefined> {
  try {
    const path = `/house-tasks/${encodeURIComponent(houseTaskId)}`;
    return await callApi<HouseTaskHistory>(path, { query: { customerId }, signal });
  } catch (error) {
    // 409: several customers have one of this id; the list of each is a choice of the customer away.
    if (error instanceof ApiProblem && [400, 404, 409].includes(error.status)) return undefined;
    throw error;
  }
}

function columns(t: Translate): readonly Column<HouseTask>[] {
  return [
    {
      key: 'house',
      title: `${t('field.houseId')} / ${t('field.houseTaskId')}`,
      render: (task) => (
        <span className="two-lines">
          <Link to={hrefOf(task)}>
            <code>{task.houseId}</code>
          </Link>
          <span className="dim small">{task.houseTaskId}</span>
        </span>
      ),
    },
    { key: 'state', title: t('field.state'), render: ({ state }) => <StateLabel code={state} /> },
    {
      key: 'customer',
      title: t('field.customer'),
      render: ({ customerId }) => <CustomerName id={customerId} />,
    },
    { key: 'user', title: t('field.userName'), render: ({ userName }) => userName },
    { key: 'changes', title: t('task.changes'), isNumber: true, render: ({ lastSequence }) => lastSequence },
    { key: 'at', title: t('task.changedAt'), render: ({ changedAt }) => <Moment at={changedAt} /> },
  ];
}
